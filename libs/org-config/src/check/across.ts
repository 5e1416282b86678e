import type { Diagnostic, SourcePosition } from '../diagnostic.ts';
import type { Json } from '../document.ts';
import { listOf, mapOf, own, pointerTo } from '../json.ts';
import { quoted, type Finding } from './finding.ts';

/** A document that was read from a file, valid or not, and where its parts stand. */
export interface PlacedDocument {
  readonly value: Json;
  readonly locate: (finding: Finding) => Diagnostic;
  readonly positionOf: (pointer: string) => SourcePosition;
  /** Whether the text itself has something at this pointer. */
  readonly has: (pointer: string) => boolean;
}

/** What only one organization of all can have: its name, its earlier names, its e-mail domains. */
export function checkAcross(documents: readonly PlacedDocument[]): readonly Diagnostic[] {
  return [...duplicateNames(documents), ...claimedNames(documents), ...duplicateDomains(documents)];
}

function duplicateNames(documents: readonly PlacedDocument[]): readonly Diagnostic[] {
  const pointer = '/metadata/name';
  return findTaken(documents, (document) => [{ word: nameOf(document), pointer }]).map(({ word, first, second }) =>
    second.locate({
      code: 'duplicate_organization',
      message: `the organization ${quoted(word)} is declared in ${shown(first.positionOf(pointer))} too`,
      suggestion: 'remove one of them, or give it another name',
      pointer,
      at: 'value',
    }),
  );
}

/** Two that want to prove a domain are no mistake: it will be whose proof stands. */
function duplicateDomains(documents: readonly PlacedDocument[]): readonly Diagnostic[] {
  const domainsOf = (document: PlacedDocument): readonly Claim[] =>
    Object.keys(mapOf(own(mapOf(own(mapOf(document.value), 'spec')), 'emailDomains'))).map((word) => ({
      word,
      pointer: pointerTo('/spec/emailDomains', word),
    }));
  const proves = ({ value }: PlacedDocument, domain: string) =>
    own(mapOf(own(mapOf(own(mapOf(own(mapOf(value), 'spec')), 'emailDomains')), domain)), 'verification') === 'dns';
  const taken = findTaken(documents, domainsOf).filter(
    ({ word, first, second }) => !(proves(first, word) && proves(second, word)),
  );
  return taken.map(({ word, pointer, first, second }) =>
    second.locate({
      code: 'duplicate_email_domain',
      message: `the e-mail domain ${quoted(word)} belongs to another organization in ${shown(first.positionOf(pointer))}`,
      suggestion: 'leave it to one of them',
      pointer,
    }),
  );
}

/** `metadata.previously` must not name an organization that exists, nor one that another one was. */
function claimedNames(documents: readonly PlacedDocument[]): readonly Diagnostic[] {
  const names = new Map(documents.map((document) => [nameOf(document), document]));
  const previousOf = (document: PlacedDocument): readonly Claim[] =>
    listOf(own(mapOf(own(mapOf(document.value), 'metadata')), 'previously')).map((word, index) => ({
      word: typeof word === 'string' ? word : undefined,
      pointer: pointerTo('/metadata/previously', index),
    }));
  const alive = documents.flatMap((document) =>
    previousOf(document).flatMap(({ word, pointer }) => {
      const owner = word === undefined ? undefined : names.get(word);
      return owner && word !== undefined
        ? [{ word, pointer, first: owner, second: document, at: '/metadata/name' }]
        : [];
    }),
  );
  const claimedTwice = findTaken(documents, previousOf).map((taken) => ({ ...taken, at: '/metadata/previously' }));
  return [...alive, ...claimedTwice].map(({ word, pointer, first, second, at }) =>
    second.locate({
      code: 'ambiguous_previously',
      message: `${quoted(word)} cannot be an earlier name here: it stands in ${shown(first.positionOf(at))}`,
      suggestion: 'keep it in one place',
      pointer,
    }),
  );
}

interface Claim {
  readonly word: string | undefined;
  readonly pointer: string;
}

/** Every claim of a word that an earlier document has made already. */
function findTaken(
  documents: readonly PlacedDocument[],
  claimsOf: (document: PlacedDocument) => readonly Claim[],
): readonly { word: string; pointer: string; first: PlacedDocument; second: PlacedDocument }[] {
  const firsts = new Map<string, PlacedDocument>();
  return documents.flatMap((document) =>
    claimsOf(document).flatMap(({ word, pointer }) => {
      if (word === undefined) return [];
      const first = firsts.get(word);
      if (first && first !== document) return [{ word, pointer, first, second: document }];
      firsts.set(word, document);
      return [];
    }),
  );
}

/** The name of an organization, as far as it has one. */
export function nameOf({ value }: PlacedDocument): string | undefined {
  const name = own(mapOf(own(mapOf(value), 'metadata')), 'name');
  return typeof name === 'string' ? name : undefined;
}

function shown({ file, line }: SourcePosition): string {
  return `${file}:${line}`;
}

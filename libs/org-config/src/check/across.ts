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

/** A word that only one organization of all can have, and where it stands: plain data, so that another thread may have read it. */
export interface Claim {
  readonly word: string;
  readonly pointer: string;
  readonly position: SourcePosition;
}

/** What one document says that must fit all others. */
export interface Claims {
  readonly name?: Claim;
  readonly previously: readonly Claim[];
  /** Two that want to prove a domain are no mistake: it will be whose proof stands. */
  readonly emailDomains: readonly (Claim & { readonly proves: boolean })[];
}

/** Of a document that may be wrong elsewhere. */
export function claimsOf({ value, positionOf, locate }: PlacedDocument): Claims {
  const claim = (word: string, pointer: string) => ({ word, pointer, position: positionOf(pointer) });
  const domains = mapOf(own(mapOf(own(mapOf(value), 'spec')), 'emailDomains'));
  const name = nameOf({ value });
  // the name itself, not its key
  const { position } = locate({ code: '', message: '', pointer: NAME, at: 'value' });
  return {
    ...(name !== undefined && { name: { word: name, pointer: NAME, position } }),
    previously: listOf(own(mapOf(own(mapOf(value), 'metadata')), 'previously')).flatMap((word, index) =>
      typeof word === 'string' ? [claim(word, pointerTo('/metadata/previously', index))] : [],
    ),
    emailDomains: Object.entries(domains).map(([domain, entry]) => ({
      ...claim(domain, pointerTo('/spec/emailDomains', domain)),
      proves: own(mapOf(entry), 'verification') === 'dns',
    })),
  };
}

const NAME = '/metadata/name';

/** What only one organization of all can have: its name, its earlier names, its e-mail domains. */
export function checkAcross(documents: readonly Claims[]): readonly Diagnostic[] {
  return [...duplicateNames(documents), ...claimedNames(documents), ...duplicateDomains(documents)];
}

function duplicateNames(documents: readonly Claims[]): readonly Diagnostic[] {
  return takenTwice(documents, ({ name }) => (name ? [name] : [])).map(({ first, second }) =>
    wrong(second, {
      code: 'duplicate_organization',
      message: `the organization ${quoted(second.word)} is declared in ${shown(first.position)} too`,
      suggestion: 'remove one of them, or give it another name',
    }),
  );
}

function duplicateDomains(documents: readonly Claims[]): readonly Diagnostic[] {
  return takenTwice(documents, ({ emailDomains }) => emailDomains)
    .filter(({ first, second }) => !(first.proves && second.proves))
    .map(({ first, second }) =>
      wrong(second, {
        code: 'duplicate_email_domain',
        message: `the e-mail domain ${quoted(second.word)} belongs to another organization in ${shown(first.position)}`,
        suggestion: 'leave it to one of them',
      }),
    );
}

/** `metadata.previously` must not name an organization that exists, nor one that another one was. */
function claimedNames(documents: readonly Claims[]): readonly Diagnostic[] {
  const names = new Map(documents.flatMap(({ name }) => (name ? [[name.word, name]] : [])));
  const alive = documents.flatMap(({ previously }) =>
    previously.flatMap((second) => {
      const first = names.get(second.word);
      return first ? [{ first, second }] : [];
    }),
  );
  return [...alive, ...takenTwice(documents, ({ previously }) => previously)].map(({ first, second }) =>
    wrong(second, {
      code: 'ambiguous_previously',
      message: `${quoted(second.word)} cannot be an earlier name here: it stands in ${shown(first.position)}`,
      suggestion: 'keep it in one place',
    }),
  );
}

function wrong({ pointer, position }: Claim, said: Pick<Diagnostic, 'code' | 'message' | 'suggestion'>): Diagnostic {
  return { severity: 'error', ...said, pointer, position };
}

/** Every claim of a word that an earlier document has made already. */
function takenTwice<T extends Claim>(
  documents: readonly Claims[],
  claimsIn: (document: Claims) => readonly T[],
): readonly { readonly first: T; readonly second: T }[] {
  const firsts = new Map<string, { readonly claim: T; readonly document: Claims }>();
  return documents.flatMap((document) =>
    claimsIn(document).flatMap((claim) => {
      const first = firsts.get(claim.word);
      if (first && first.document !== document) return [{ first: first.claim, second: claim }];
      firsts.set(claim.word, { claim, document });
      return [];
    }),
  );
}

/** The name of an organization, as far as it has one. */
export function nameOf({ value }: Pick<PlacedDocument, 'value'>): string | undefined {
  const name = own(mapOf(own(mapOf(value), 'metadata')), 'name');
  return typeof name === 'string' ? name : undefined;
}

function shown({ file, line }: SourcePosition): string {
  return `${file}:${line}`;
}

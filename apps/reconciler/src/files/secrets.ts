import { readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { clientSecrets } from '@rolecall/org-config';
import type { OrganizationDocument, SecretReference } from '@rolecall/org-config';
import { secretFingerprint } from '@rolecall/reconcile';
import { refuseOutside } from './inside.ts';

const MAX_SECRET_BYTES = 8192;

/** Where secrets are found: the environment, and files below the directory of the collection. */
export interface SecretPlaces {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One reference as it was found in the text of a file. */
type Reference = readonly ['fromEnv' | 'fromFile', string];

/**
 * The values that documents refer to. They go to the server in the body of an apply, and nowhere else: what is printed,
 * saved or compared are fingerprints.
 */
export class Secrets {
  constructor(private readonly places: SecretPlaces) {}

  /**
   * SECRET values by JSON pointer; those that are not there, and sealed ones, are not in it.
   * @param file of the document
   */
  values(document: OrganizationDocument, file: string): Readonly<Record<string, string>> {
    const found = placesIn(document).map(([pointer, reference]) => [pointer, this.#value(keyOf(reference), file)]);
    return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as Record<string, string>;
  }

  /** Fingerprints by JSON pointer, as the server makes them. */
  fingerprints(document: OrganizationDocument, file: string, key: CollectionKey): Readonly<Record<string, string>> {
    const organization = document.metadata.name;
    const prints = Object.entries(this.values(document, file)).map(([pointer, value]) => {
      return [pointer, secretFingerprint(key.bytes, { collection: key.collection, organization, pointer }, value)];
    });
    return Object.fromEntries(prints) as Record<string, string>;
  }

  /** What a file's digest says of the secrets that its text refers to: a rotated one makes another digest. */
  digestLines(text: string, file: string, { bytes, collection }: CollectionKey): readonly string[] {
    return spelledReferences(text).map((reference) => {
      const value = this.#value(reference, file);
      const at = { collection, organization: file, pointer: reference.join(' ') };
      return `${reference.join(' ')} ${value === undefined ? '-' : secretFingerprint(bytes, at, value)}`;
    });
  }

  /** undefined when there is none, or none that can be one. */
  #value([kind, name]: Reference, file: string): string | undefined {
    const text = kind === 'fromEnv' ? this.places.env[name] : this.#text(posix.join(posix.dirname(file), name));
    if (text === undefined || text === '' || Buffer.byteLength(text) > MAX_SECRET_BYTES) return undefined;
    return text;
  }

  #text(path: string): string | undefined {
    const file = join(this.places.root, path);
    const found = path.startsWith('../') ? undefined : statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true || found.size > MAX_SECRET_BYTES + 2) return undefined;
    refuseOutside(file, this.places.root, path);
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  }
}

/** The key with which a collection's secrets are fingerprinted; the server gives it to those who may plan. */
export interface CollectionKey {
  readonly collection: string;
  readonly bytes: Buffer;
}

/** What has to be there for a plan of a document: `fromEnv NAME`, `fromFile PATH`. */
export function secretsNeeded(document: OrganizationDocument): readonly string[] {
  return placesIn(document).map(([, reference]) => keyOf(reference).join(' '));
}

/** Pointers of references that the text of their file has in a spelling which the digest does not see. */
export function unseenSecrets(document: OrganizationDocument, text: () => string): readonly string[] {
  const places = placesIn(document);
  if (places.length === 0) return [];
  const seen = new Set(spelledReferences(text()).map((reference) => reference.join(' ')));
  return places.filter(([, reference]) => !seen.has(keyOf(reference).join(' '))).map(([pointer]) => pointer);
}

/** Values that stand in the document sealed, by the JSON pointer of their reference. */
export function sealedIn(document: OrganizationDocument): readonly [string, string][] {
  return clientSecrets(document).flatMap(({ pointer, reference }): [string, string][] =>
    'age' in reference ? [[pointer, reference.age]] : [],
  );
}

/** A reference to a value that is elsewhere. */
type PlaceReference = Exclude<SecretReference, { readonly age: string }>;

function placesIn(document: OrganizationDocument): [string, PlaceReference][] {
  return clientSecrets(document).flatMap(({ pointer, reference }): [string, PlaceReference][] =>
    'age' in reference ? [] : [[pointer, reference]],
  );
}

function keyOf(reference: PlaceReference): Reference {
  return 'fromEnv' in reference ? ['fromEnv', reference.fromEnv] : ['fromFile', reference.fromFile];
}

/** Found by their spelling, since most files are never parsed: `fromEnv: NAME`, `fromFile: "path"`. Sorted. */
function spelledReferences(text: string): Reference[] {
  if (!text.includes('from')) return [];
  const found = text.matchAll(
    /["']?\b(fromEnv|fromFile)["']?[ \t]*:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'#,{}[\]][^\s,{}]*))/g,
  );
  const references = [...found].map(([, kind, double, single, bare]): Reference => {
    return [kind === 'fromEnv' ? 'fromEnv' : 'fromFile', double ?? single ?? bare ?? ''];
  });
  return [...new Map(references.map((reference) => [reference.join(' '), reference])).values()].sort(
    ([a, first], [b, second]) => (`${a} ${first}` < `${b} ${second}` ? -1 : 1),
  );
}

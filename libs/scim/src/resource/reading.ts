import { ScimError } from '../errors.ts';
import type { AttributePath } from '../filter/filter.ts';
import type { Quirk } from '../quirks.ts';
import type { DirectoryMode } from '../schema/registry.ts';
import type { ResourceSchemas } from '../schema/registry.ts';

/** How one request is read. */
export interface Reading {
  readonly mode: DirectoryMode;
  readonly resource: ResourceSchemas;
  /** Called for each deviation that is understood; it may be called often for the same one. */
  readonly note: (quirk: Quirk) => void;
  /** Called for each single value with its length, before anything is done with it. @throws ScimError when it is enough */
  readonly spend?: (characters: number) => void;
  /** Called for each name that is ignored because the directory does not know it; it comes from outside. */
  readonly ignore?: (name: string) => void;
}

/** @throws what `refusal` makes, with the quirk's name, in strict mode; else the quirk is noted. */
export function tolerate(reading: Reading, quirk: Quirk, refusal: () => ScimError): void {
  if (reading.mode === 'strict') {
    const { status, scimType, detail } = refusal();
    throw new ScimError(status, scimType, detail, quirk);
  }
  reading.note(quirk);
}

/** The attribute that a path means: in tolerant mode one of an extension may lack its URN. */
export function findAttribute(path: string, { mode, note, resource }: Reading): AttributePath | undefined {
  const found = resource.attribute(path);
  if (found || mode === 'strict') return found;
  const unqualified = resource.unqualified(path);
  if (unqualified) note('urn_missing');
  return unqualified;
}

/** @param at - the attribute with its position, such as `emails[1].type`, in the schema's spelling */
export function invalidValue(at: string, rule: string): ScimError {
  return new ScimError(400, 'invalidValue', `${at} ${rule}`);
}

export function invalidSyntax(detail: string): ScimError {
  return new ScimError(400, 'invalidSyntax', detail);
}

/** More than any resource and any part of one has. */
const MAX_NAMES = 1_000;

/** What an unverified object says, if it is not more than anything of ours can say. @throws ScimError invalidSyntax */
export function entriesOf(unverified: Readonly<Record<string, unknown>>, at: string): readonly [string, unknown][] {
  const { length } = Object.keys(unverified);
  if (length > MAX_NAMES) throw invalidSyntax(`${at} must not have more than ${MAX_NAMES} attributes`);
  return Object.entries(unverified);
}

/** A name from outside as an error may show it: a name, or nothing of it. */
export function shownName(name: string): string {
  return /^[\w$:./-]{1,128}$/.test(name) ? name : 'an attribute with an odd name';
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { ScimError } from '@rolecall/scim';

/** What an If-Match or If-None-Match names: any version, or these. Compared weakly; a tag that is not one of ours matches nothing. */
export type Versions = 'any' | ReadonlySet<number>;

/** @param header UNTRUSTED; undefined when there is no condition */
export function readVersions(header: string | undefined): Versions | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  const tags = header.split(',', 100).map((tag) => /^\s*(?:W\/)?"(\d{1,15})"\s*$/.exec(tag)?.[1]);
  return new Set(tags.filter((tag) => tag !== undefined).map(Number));
}

/** @throws ScimError 412 when the condition names other versions than the present one */
export function requireVersion(condition: Versions | undefined, version: number): void {
  if (condition === undefined || condition === 'any' || condition.has(version)) return;
  throw changedMeanwhile();
}

export function changedMeanwhile(): ScimError {
  return new ScimError(412, undefined, 'the resource has another version than If-Match says; read it again');
}

/** Whether If-None-Match names the present version: the client has it already. */
export function isKnown(condition: Versions | undefined, version: number): boolean {
  return condition !== undefined && (condition === 'any' || condition.has(version));
}

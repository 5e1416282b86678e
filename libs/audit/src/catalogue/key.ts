import type { AuditEventType } from '../event.ts';

/**
 * What a key of an event's data holds. A list of names = a list of records with these keys, each a text or a number.
 * Everything else is dropped by `redact`, so a profile or an assertion cannot slip in as a nested value. Pointers are JSON pointers into a
 * document, without those of its keys that are addresses of people: the log can never be rid of them.
 */
export type Holds = 'text' | 'number' | 'flag' | 'texts' | 'pointers' | readonly string[];

export interface CataloguedKey {
  readonly description: string;
  readonly holds: Holds;
}

export interface CataloguedEvent {
  readonly description: string;
  /** What the event's `subject` is. */
  readonly subject: string;
  readonly data: Readonly<Record<string, CataloguedKey>>;
}

/** The types of events whose names begin so. */
export type Catalogue<Prefix extends string> = Readonly<
  Record<Extract<AuditEventType, `${Prefix}.${string}`>, CataloguedEvent>
>;

export const key = (holds: Holds, description: string): CataloguedKey => ({ description, holds });

export const revision = key('number', 'Revision of the configuration that was in force, or that this event made');
export const identityProvider = key('text', 'Name of the identity provider');
export const code = key('text', 'Stable code of the refusal');
export const applied = {
  revision,
  digest: key('text', 'SHA-256 of the canonical document'),
  file: key('text', 'File in the repository'),
  commit: key('text', 'Commit that was applied'),
  repository: key('text', 'Repository that it came from'),
  collection: key('text', 'Collection that owns the organization'),
};
export const organization = 'Organization id';
export const user = 'User id';

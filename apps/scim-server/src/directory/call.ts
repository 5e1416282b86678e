import type { Database, DirectoryActor } from '@rolecall/persistence';
import type { Notes } from '../log/notes.ts';
import type { DirectoryOrganization } from './organization.ts';

/** One request (or one operation of a bulk request) of a directory's client, with all that it may use. */
export interface Call {
  /** The organization that the token names: everything is read and written for it alone. */
  readonly organization: DirectoryOrganization;
  readonly actor: DirectoryActor;
  readonly notes: Notes;
  readonly store: Database['directory'];
  /** Public base URL of the SCIM service, up to `/scim/v2`. */
  readonly base: string;
  /** Reads the organization anew, for when its rules were replaced meanwhile. */
  readonly anew: () => Promise<DirectoryOrganization>;
}

/** What a service function answers; HTTP and bulk responses are made of it. */
export interface Reply {
  readonly status: 200 | 201 | 204 | 304;
  readonly body?: object;
  /** In place of a body: JSON of something large, in parts. */
  readonly parts?: Iterable<string>;
  readonly location?: string;
  readonly version?: number;
}

import type { AttributePath, Filter } from '@rolecall/scim';

/** Where a page of a search ends: the sort key and the id of its last resource. */
export interface DirectoryPosition {
  readonly sortKey: string | number | boolean | null;
  readonly id: string;
}

export interface DirectorySearch {
  readonly filter?: Filter;
  /** Default: by id. */
  readonly sort?: { readonly path: AttributePath; readonly descending: boolean };
  readonly page:
    | { readonly startIndex: number; readonly count: number }
    | { readonly after: DirectoryPosition | undefined; readonly count: number };
  /** False: id and meta alone are wanted, the bodies are empty. */
  readonly withBody: boolean;
  /** Groups of users; members of groups. */
  readonly withGroups: boolean;
  readonly withMembers: boolean;
  /** Whether to count all that match. */
  readonly total: boolean;
}

export interface DirectoryPage<T> {
  /** Fewer than asked for where they are large: a page ends at about 8 MiB, after one at least. */
  readonly resources: readonly T[];
  /** undefined when it was not asked for. */
  readonly total: number | undefined;
  /** Where the next page starts after; undefined = this is the last one, or it is of an index and did not end early. */
  readonly next: DirectoryPosition | undefined;
}

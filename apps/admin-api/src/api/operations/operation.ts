import type { ApiRight } from '@rolecall/persistence';
import type { SchemaName } from '../schemas.ts';

/** One operation of `/v1`: what the router, the access check, the body check and the OpenAPI document are made from. */
export interface Operation {
  readonly id: string;
  readonly method: 'patch' | 'get' | 'post' | 'put' | 'delete';
  /** With `:name` parameters, as the router wants it. */
  readonly path: string;
  readonly summary: string;
  /**
   * Of an operation whose path names neither an organization nor a collection: its handler holds what it reads and writes to the
   * organizations of the token (`reaches`). Without it a token that is held to some organizations is refused.
   */
  readonly narrowed?: true;
  /** Also for a recovery session, which is held to what repairs the sign-in of its organization. */
  readonly repairs?: true;
  /** The right that the caller needs; undefined = open to everybody. */
  readonly right?: ApiRight;
  readonly body?: SchemaName;
  /** The body is a form, and not JSON. */
  readonly form?: true;
  /** Largest body in bytes; 100 kB when absent. */
  readonly bodyLimit?: number;
  readonly query?: Readonly<Record<string, { readonly description: string; readonly schema: object }>>;
  readonly response: SchemaName;
  /** Error codes beside those that every operation has, by status. */
  readonly refusals?: Readonly<Record<number, readonly string[]>>;
}

export const PAGE_SIZE = {
  description: 'Page size',
  schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
} as const;

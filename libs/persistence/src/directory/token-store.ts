import { hash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import { appendAudit } from '../audit/append.ts';
import { PersistenceError } from '../errors.ts';
import { newId } from '../new-id.ts';
import { inTransaction, isUuid, query } from '../sql.ts';
import {
  type AuthenticatedDirectory,
  type DirectoryToken,
  type DirectoryTokenChange,
  type DirectoryTokenStore,
  MAX_DIRECTORY_TOKENS,
} from '../stores/directory-tokens.ts';
import { newOrganizationToken, readOrganizationToken, type PresentedToken } from '../tokens/organization-token.ts';
import type { KnownTokens } from './known-tokens.ts';
import * as sql from './token-statements.ts';

/** What secret scanners look for. */
const PREFIX = 'rcs_';

interface TokenRow {
  readonly token_id: string;
  readonly name: string;
  readonly created_at: Date;
  readonly created_by: string;
  readonly rotate_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

/** As `directory_authenticate` makes it. */
interface LiveToken {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: string;
}

/**
 * @param known tokens of this process; its owner makes it forget those of an organization that was announced as changed
 * @param forget makes the reader forget an organization whose document turned out to be another one
 */
export function directoryTokenStore(
  pool: Pool,
  known: KnownTokens,
  forget: (organizationId: string) => void,
): DirectoryTokenStore {
  /** Other processes hear of it by a notification; this one knows it when the transaction is done. */
  const ended = async <T>(organizationId: string, work: (client: PoolClient) => Promise<T>): Promise<T> => {
    try {
      return await inTransaction(pool, { organizationId }, work);
    } finally {
      known.forget(organizationId);
    }
  };
  return {
    async authenticate(presented, now) {
      if (!presented.startsWith(PREFIX)) return undefined;
      return known.authenticate(hash('sha256', presented, 'base64'), now, async () => {
        const token = readOrganizationToken(presented.slice(PREFIX.length));
        return token && lookUp(pool, token, now);
      });
    },

    issue(organizationId, { name, revision, rotateSeconds, overlapSeconds }, change) {
      const { by, now } = change;
      const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
      return ended(organizationId, async (client) => {
        if ((await query(client, sql.LOCK_LIVE_REVISION, [organizationId, revision])).length === 0) {
          forget(organizationId);
          throw stale();
        }
        const [alive] = await query<{ tokens: number }>(client, sql.COUNT_TOKENS, [organizationId, [name], now]);
        if (alive !== undefined && alive.tokens >= MAX_DIRECTORY_TOKENS) return 'too_many';
        await query(client, sql.END_FORMER_TOKENS, [organizationId, name, now, after(overlapSeconds)]);
        const { value, hash } = newOrganizationToken(organizationId);
        const ends = [after(rotateSeconds), after(rotateSeconds + overlapSeconds)];
        const values = [organizationId, newId(), name, hash, by, now, ...ends];
        const [row] = await query<TokenRow>(client, sql.INSERT_TOKEN, values);
        if (row === undefined) throw new Error('the token was not stored');
        const data = { name, expiresAt: row.expires_at.toISOString(), former: alive?.tokens ?? 0 };
        await appendAudit(client, organizationId, [eventOf('directory.token_issued', row.token_id, data, change)]);
        return { value: `${PREFIX}${value}`, token: toToken(row) };
      });
    },

    async list(organizationId) {
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<TokenRow>(client, sql.LIST_TOKENS, [organizationId]),
      );
      return rows.map(toToken);
    },

    async due(collection, before) {
      type Row = Pick<TokenRow, 'name' | 'rotate_at' | 'expires_at'> & { readonly organization: string };
      const rows = await query<Row>(pool, sql.TOKENS_DUE, [collection, before]);
      return rows.map(({ organization, name, rotate_at: rotateAt, expires_at: expiresAt }) => {
        return { organization, name, rotateAt, expiresAt };
      });
    },

    async revoke(organizationId, tokenId, change) {
      if (!isUuid(tokenId)) return false;
      return ended(organizationId, async (client) => {
        const values = [organizationId, tokenId, change.now];
        const [revoked] = await query<{ name: string }>(client, sql.REVOKE_TOKEN, values);
        if (revoked === undefined) return false;
        const data = { name: revoked.name, reason: 'request' };
        await appendAudit(client, organizationId, [eventOf('directory.token_revoked', tokenId, data, change)]);
        return true;
      });
    },
  };
}

async function lookUp(
  pool: Pool,
  { organizationId, hash }: PresentedToken,
  now: Date,
): Promise<AuthenticatedDirectory | undefined> {
  const [row] = await query<{ token: LiveToken | null }>(pool, sql.AUTHENTICATE, [organizationId, hash, now]);
  if (!row?.token) return undefined;
  const { id, name, expiresAt } = row.token;
  return { organizationId, tokenId: id, tokenName: name, expiresAt: new Date(expiresAt) };
}

function stale(): PersistenceError {
  return new PersistenceError('stale_revision', 'an apply replaced the document; read the organization again');
}

function eventOf(
  type: AuditEvent['type'],
  subject: string,
  data: AuditEvent['data'],
  { by, kind = 'token', now, traceId }: DirectoryTokenChange,
): AuditEvent {
  const actor = { kind, id: by };
  return { type, at: now, actor, subject, data, ...(traceId !== undefined && { traceId }) };
}

function toToken(row: TokenRow): DirectoryToken {
  return {
    id: row.token_id,
    name: row.name,
    createdAt: row.created_at,
    createdBy: row.created_by,
    rotateAt: row.rotate_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}

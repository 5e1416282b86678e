import type { AuditEvent } from '@rolecall/audit';
import type { Pool } from 'pg';
import { auditEntries } from '../audit/append.ts';
import { isUuid, query, type Statement } from '../sql.ts';
import type { ApplicationSession, ApplicationStore, ApplicationToken, NewApplicationToken } from '../stores.ts';
import {
  APPLICATION_END_GRANT,
  APPLICATION_END_TOKEN,
  APPLICATION_ISSUE,
  APPLICATION_SESSION,
  APPLICATION_SIGN_IN,
  APPLICATION_TOKEN,
} from './statements.ts';

/** As `application_session` makes it. */
interface SessionJson {
  readonly organization: string;
  readonly userId: string;
  readonly email: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string | null;
  readonly identityProvider: string;
  readonly grants: Record<string, string[]>;
  readonly groups: string[];
  readonly openedAt: string;
  readonly expiresAt: string;
}

/** As `application_token` makes it. */
interface TokenJson extends Pick<ApplicationToken, 'kind' | 'payload' | 'consumed'> {
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly grantId: string;
  readonly application: string;
  readonly clientId: string;
  readonly scope: string;
  readonly session: SessionJson;
}

/** What applications hold, by organization and SHA-256. */
export function applicationStore(pool: Pool): ApplicationStore {
  const isDone = async (statement: Statement, values: readonly unknown[]) =>
    (await query<{ done: boolean }>(pool, statement, values))[0]?.done === true;

  return {
    async session(organizationId, tokenHash, now) {
      const values = [organizationId, tokenHash, now];
      const [row] = await query<{ session: SessionJson | null }>(pool, APPLICATION_SESSION, values);
      return row?.session ? sessionOf(row.session) : undefined;
    },

    signIn(organizationId, { sessionTokenHash, ...grant }, code, { revision, events, now }) {
      const stored = { ...grant, sessionTokenHash: sessionTokenHash.toString('hex') };
      const values = [JSON.stringify(stored), tokenColumns(code), eventColumns(organizationId, events), now];
      return isDone(APPLICATION_SIGN_IN, [organizationId, revision, ...values]);
    },

    issue: (organizationId, grantId, token, now) =>
      isDone(APPLICATION_ISSUE, [organizationId, tokenColumns(token, grantId), now]),

    async find(organizationId, tokenHash, now) {
      const values = [organizationId, tokenHash, now];
      const [row] = await query<{ token: TokenJson | null }>(pool, APPLICATION_TOKEN, values);
      return row?.token ? tokenOf(row.token) : undefined;
    },

    async endGrant(organizationId, grantId, events) {
      if (!isUuid(grantId)) return false;
      return isDone(APPLICATION_END_GRANT, [organizationId, grantId, eventColumns(organizationId, events)]);
    },

    async endToken(organizationId, tokenHash) {
      await query(pool, APPLICATION_END_TOKEN, [organizationId, tokenHash]);
    },
  };
}

function tokenColumns({ tokenHash, consumes, expiresAt, ...token }: NewApplicationToken, grantId?: string): string {
  const hashes = { tokenHash: tokenHash.toString('hex'), consumes: consumes?.toString('hex') };
  return JSON.stringify({ ...token, ...hashes, grantId, expiresAt: expiresAt.toISOString() });
}

function eventColumns(organizationId: string, events: readonly AuditEvent[]): string {
  return JSON.stringify(auditEntries(organizationId, events));
}

function sessionOf(json: SessionJson): ApplicationSession {
  const { userId: id, email, givenName, familyName, displayName, openedAt, expiresAt, ...rest } = json;
  const user = {
    id,
    email: email ?? undefined,
    givenName: givenName ?? undefined,
    familyName: familyName ?? undefined,
    displayName: displayName ?? undefined,
  };
  return { ...rest, user, openedAt: new Date(openedAt), expiresAt: new Date(expiresAt) };
}

function tokenOf({ grantId, application, clientId, scope, session, issuedAt, expiresAt, ...token }: TokenJson) {
  const grant = { grantId, application, clientId, scope };
  const moments = { issuedAt: new Date(issuedAt), expiresAt: new Date(expiresAt) };
  return { ...token, ...moments, grant, session: sessionOf(session) } satisfies ApplicationToken;
}

import type { Pool } from 'pg';
import type { Actor, AuditEvent } from '@rolecall/audit';
import type { SamlIdentityProvider } from '@rolecall/org-config';
import { appendAudit } from '../audit/append.ts';
import { inTransaction, query } from '../sql.ts';
import type { IdentityProviderState, MetadataClaim, MetadataEvent, MetadataStore } from '../stores/metadata.ts';
import { metadataSourceOf } from './metadata-source.ts';
import * as sql from './statements.ts';

/** Longer than a fetch may take; a process that dies meanwhile leaves the rest to others after it. */
const CLAIM_SECONDS = 60;

/** A login with an unknown key asks for a refresh this often at most, per identity provider and over all processes. */
const LOGIN_PAUSE_SECONDS = 300;

/** Background work, and what a login asks for, is nobody's in particular. */
const REFRESHER: Actor = { kind: 'system', id: 'metadata-refresh' };

export function metadataStore(pool: Pool): MetadataStore {
  return {
    async claimDue(now, limit) {
      return (await query<ClaimRow>(pool, sql.CLAIM_DUE, [now, limit, CLAIM_SECONDS])).map(toClaim);
    },

    async claim({ organizationId, identityProvider }, by, now) {
      const at = [organizationId, identityProvider, now, CLAIM_SECONDS, LOGIN_PAUSE_SECONDS, by === 'login'];
      const [row] = await query<Partial<ClaimRow> & { refreshes: boolean; in_flight: boolean }>(pool, sql.CLAIM, at);
      if (!row?.refreshes) return 'not_refreshed';
      if (row.claimed_until) return toClaim(row as ClaimRow);
      return row.in_flight ? 'in_flight' : 'too_soon';
    },

    async isInFlight({ organizationId, identityProvider }, now) {
      const at = [organizationId, identityProvider];
      const [row] = await query<{ claimed_until: Date | null }>(pool, sql.CLAIMED_UNTIL, at);
      return row?.claimed_until != null && row.claimed_until > now;
    },

    read: ({ organizationId, identityProvider }) =>
      inTransaction(pool, { organizationId, consistent: true }, async (client) => {
        const [row] = await query<InUseRow>(client, sql.READ, [organizationId, identityProvider]);
        if (row === undefined) return undefined;
        const { held_digest: digest, held_xml: heldXml, provider, metadata_xml: xml } = row;
        const { metadata: declared } = provider;
        if (!('url' in declared)) return undefined;
        return {
          declared,
          provider,
          xml,
          held: digest !== null && heldXml !== null ? { digest, xml: heldXml } : undefined,
        };
      }),

    settle: ({ organizationId, identityProvider, until }, inUse, result, schedule, now) =>
      inTransaction(pool, { organizationId }, async (client) => {
        await query(client, sql.LOCK, [organizationId]);
        const failed = result.outcome === 'failed';
        const code = failed || result.outcome === 'hold' ? result.code : null;
        const settled = [
          organizationId,
          identityProvider,
          until,
          schedule.dueAt,
          now,
          code,
          failed,
          schedule.certificatesExpireAt ?? null,
          schedule.metadataValidUntil ?? null,
        ];
        if ((await query(client, sql.SETTLE, settled)).length === 0) return 'overtaken';
        if (failed || inUse === undefined) return 'written';
        const at = [organizationId, identityProvider, metadataSourceOf(inUse.declared), inUse.xml];
        if (result.outcome === 'unchanged') {
          await query(client, sql.DROP_HELD, at);
          return 'written';
        }
        const written =
          result.outcome === 'use'
            ? await query(client, sql.USE, [...at, result.xml])
            : await query(client, sql.HOLD, [...at, result.xml, result.digest, result.code, now]);
        // an apply came between, and has made it due again; or this very document is held already
        if (written.length === 0) return result.outcome === 'use' ? 'overtaken' : 'written';
        if (result.event)
          await appendAudit(client, organizationId, [eventOf(result.event, identityProvider, REFRESHER, now)]);
        return 'written';
      }),

    accept: ({ organizationId, identityProvider }, { digest, inUse, ...ends }, event, by, now) =>
      inTransaction(pool, { organizationId }, async (client) => {
        await query(client, sql.LOCK, [organizationId]);
        if (inUse.held?.digest !== digest) return 'overtaken';
        const at = [organizationId, identityProvider, metadataSourceOf(inUse.declared), inUse.xml];
        if ((await query(client, sql.USE, [...at, inUse.held.xml])).length === 0) return 'overtaken';
        const { certificatesExpireAt = null, metadataValidUntil = null } = ends;
        const known = [organizationId, identityProvider, certificatesExpireAt, metadataValidUntil];
        await query(client, sql.FORGET_HELD_CODE, known);
        await appendAudit(client, organizationId, [eventOf(event, identityProvider, by, now)]);
        return 'written';
      }),

    states: (organizationId) =>
      inTransaction(pool, { organizationId, consistent: true }, async (client) =>
        (await query<StateRow>(client, sql.STATES, [organizationId])).map(toState),
      ),

    async summary(now) {
      const [row] = await query<SummaryRow>(pool, sql.SUMMARY, [now]);
      const { failing = 0, held = 0, expired = 0, within_7 = 0, within_30 = 0, within_90 = 0 } = row ?? {};
      return { failing, held, certificates: { expired, within7: within_7, within30: within_30, within90: within_90 } };
    },
  };
}

interface ClaimRow {
  org_id: string;
  identity_provider: string;
  claimed_until: Date;
  refresh_seconds: number;
  failures: number;
}

interface InUseRow {
  metadata_xml: string;
  provider: SamlIdentityProvider;
  held_digest: string | null;
  held_xml: string | null;
}

interface StateRow {
  identity_provider: string;
  metadata_xml: string | null;
  held_xml: string | null;
  held_digest: string | null;
  held_code: string | null;
  held_since: Date | null;
  due_at: Date | null;
  attempted_at: Date | null;
  succeeded_at: Date | null;
  failures: number | null;
  error_code: string | null;
}

interface SummaryRow {
  failing: number;
  held: number;
  expired: number;
  within_7: number;
  within_30: number;
  within_90: number;
}

function toClaim(row: ClaimRow): MetadataClaim {
  return {
    organizationId: row.org_id,
    identityProvider: row.identity_provider,
    until: row.claimed_until,
    refreshSeconds: row.refresh_seconds,
    failures: row.failures,
  };
}

function toState(row: StateRow): IdentityProviderState {
  const { held_xml: xml, held_digest: digest, held_code: code, held_since: since } = row;
  return {
    identityProvider: row.identity_provider,
    metadataXml: row.metadata_xml ?? undefined,
    held: xml !== null && digest !== null && code !== null && since !== null ? { xml, digest, code, since } : undefined,
    refresh:
      row.metadata_xml === null
        ? undefined
        : {
            dueAt: row.due_at ?? undefined,
            attemptedAt: row.attempted_at ?? undefined,
            succeededAt: row.succeeded_at ?? undefined,
            failures: row.failures ?? 0,
            errorCode: row.error_code ?? undefined,
          },
  };
}

function eventOf({ type, data }: MetadataEvent, identityProvider: string, actor: Actor, at: Date): AuditEvent {
  return { type, at, actor, subject: identityProvider, data: { identityProvider, ...data } };
}

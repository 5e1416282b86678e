import type { Pool } from 'pg';
import type { Actor, AuditEvent } from '@rolecall/audit';
import type { DeclaredMetadata, SamlIdentityProvider } from '@rolecall/org-config';
import { appendAudit } from '../audit/append.ts';
import { inTransaction, query } from '../sql.ts';
import { metadataSourceOf } from './metadata-source.ts';
import * as sql from './statements.ts';

/** Longer than a fetch may take; a process that dies meanwhile leaves the rest to others after it. */
const CLAIM_SECONDS = 60;

/** A login with an unknown key asks for a refresh this often at most, per identity provider and over all processes. */
const LOGIN_PAUSE_SECONDS = 300;

/** The right to refresh the metadata of one IdP, for a minute. */
export interface MetadataClaim {
  readonly organizationId: string;
  readonly identityProvider: string;
  readonly until: Date;
  readonly refreshSeconds: number;
  /** Refreshes in a row that failed before this one. */
  readonly failures: number;
}

/** What is known of an IdP's metadata when it is refreshed. */
export interface MetadataInUse {
  readonly declared: Extract<DeclaredMetadata, { url: string }>;
  /** What the live document says of the IdP: a refresh must not take from it what it needs. */
  readonly provider: SamlIdentityProvider;
  readonly xml: string;
  readonly held: { readonly digest: string; readonly xml: string } | undefined;
}

/** What a refresh came to. */
export type RefreshResult =
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'use'; readonly xml: string; readonly event: MetadataEvent | undefined }
  | {
      readonly outcome: 'hold';
      readonly xml: string;
      readonly digest: string;
      readonly code: string;
      readonly event: MetadataEvent;
    }
  | { readonly outcome: 'failed'; readonly code: string };

/** What the audit log says of it beside the IdP's name. */
export type MetadataEvent = Pick<AuditEvent, 'type' | 'data'>;

/** When the next refresh is due, and what is known of the certificates now in use. */
export interface RefreshSchedule {
  readonly dueAt: Date;
  readonly certificatesExpireAt?: Date | undefined;
  /** Of that same metadata; absent when it has no such end. */
  readonly metadataValidUntil?: Date | undefined;
}

/** One IdP with its metadata; `refresh` is undefined for an OpenID provider. */
export interface IdentityProviderState {
  readonly identityProvider: string;
  readonly metadataXml: string | undefined;
  readonly held:
    | { readonly xml: string; readonly digest: string; readonly code: string; readonly since: Date }
    | undefined;
  readonly refresh:
    | {
        /** undefined = the metadata stands in the document, and nothing is fetched. */
        readonly dueAt: Date | undefined;
        readonly attemptedAt: Date | undefined;
        readonly succeededAt: Date | undefined;
        readonly failures: number;
        readonly errorCode: string | undefined;
      }
    | undefined;
}

/** Counts over all organizations. */
export interface MetadataSummary {
  readonly failing: number;
  readonly held: number;
  /** SAML IdPs by the end of their last signing certificate; the later ones include the earlier. */
  readonly certificates: {
    readonly expired: number;
    readonly within7: number;
    readonly within30: number;
    readonly within90: number;
  };
}

/** The SAML metadata of IdPs as runtime state beside the revisions (decision 0015). */
export interface MetadataStore {
  /** Takes up to `limit` that are due, the oldest first; none that another process has. */
  claimDue(now: Date, limit: number): Promise<readonly MetadataClaim[]>;
  /**
   * Takes one out of turn. `login` asks once in five minutes at most, an administrator whenever nobody fetches it at this
   * moment. `not_refreshed` = no such IdP, or its metadata does not come from a URL.
   */
  claim(
    at: { readonly organizationId: string; readonly identityProvider: string },
    by: 'login' | 'administrator',
    now: Date,
  ): Promise<MetadataClaim | 'in_flight' | 'too_soon' | 'not_refreshed'>;
  /** Whether somebody fetches it at this moment. */
  isInFlight(at: { organizationId: string; identityProvider: string }, now: Date): Promise<boolean>;
  /** undefined when the IdP is gone or its metadata does not come from a URL any more. */
  read(at: { organizationId: string; identityProvider: string }): Promise<MetadataInUse | undefined>;
  /**
   * Ends a claim: writes what the refresh came to, tells the gateways and the audit log, in one transaction.
   * `overtaken` = `inUse` is in use no more, or the claim is over: nothing was written.
   */
  settle(
    claim: MetadataClaim,
    inUse: MetadataInUse | undefined,
    result: RefreshResult,
    schedule: RefreshSchedule,
    now: Date,
  ): Promise<'written' | 'overtaken'>;
  /** Uses what is held, if it is still what `digest` names. */
  accept(
    at: { organizationId: string; identityProvider: string },
    held: { readonly digest: string; readonly inUse: MetadataInUse } & Omit<RefreshSchedule, 'dueAt'>,
    event: MetadataEvent,
    by: Actor,
    now: Date,
  ): Promise<'written' | 'overtaken'>;
  states(organizationId: string): Promise<readonly IdentityProviderState[]>;
  summary(now: Date): Promise<MetadataSummary>;
}

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

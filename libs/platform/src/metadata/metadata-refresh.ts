import { createHash } from 'node:crypto';
import type { Actor } from '@rolecall/audit';
import type { MetadataClaim, MetadataEvent, MetadataInUse, MetadataStore, RefreshResult } from '@rolecall/persistence';
import { certificatesOf, changeOf, judgeMetadata, SamlError } from '@rolecall/saml';
import type { IdpMetadata, MetadataChange } from '@rolecall/saml';
import type { Counter } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { MetadataProblem, MetadataSource, UsableMetadata } from './metadata-source.ts';
import { nextRefresh } from './next-refresh.ts';

/** How a refresh ended. `overtaken` = an apply or another refresh came between, and nothing was written. */
export type RefreshOutcome = RefreshResult['outcome'] | 'overtaken';

/** How a refresh ended, and why it took nothing. */
export interface Refreshed {
  readonly outcome: RefreshOutcome;
  /** Of a refresh that failed or is held. */
  readonly code?: string;
}

/** Why held metadata was not accepted. */
export type AcceptProblem = MetadataProblem | 'nothing_held' | 'another_held' | 'overtaken';

/**
 * Brings the metadata of SAML IdPs up to date with what their URLs serve (decision 0015). What is known stays in use unless
 * what is served now is usable and `judgeMetadata` takes it: a host that is down, slow or hostile changes nothing.
 */
export class MetadataRefresh {
  readonly #refreshes: Counter<'outcome' | 'code'>;

  constructor(
    private readonly store: MetadataStore,
    private readonly source: MetadataSource,
    private readonly clock: Clock,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.#refreshes = metrics.counter(
      'rolecall_metadata_refreshes_total',
      'Refreshes of SAML metadata, by outcome and error code',
      ['outcome', 'code'],
    );
  }

  /** Fetches, judges and writes what one claim is about; ends the claim. Throws only when the database is away. */
  async run(claim: MetadataClaim): Promise<Refreshed> {
    const inUse = await this.store.read(claim);
    if (inUse === undefined) return this.ended(claim, 'overtaken');
    const current = this.source.readStored(inUse.xml, inUse.declared.entityId);
    const result = await this.resultOf(inUse, current);
    const now = this.clock();
    const metadata = result.outcome === 'use' ? result.next : 'metadata' in current ? current.metadata : undefined;
    const schedule = {
      dueAt: nextRefresh(claim, { failed: result.outcome === 'failed', validUntil: metadata?.validUntil, now }),
      ...(metadata && endsOf(metadata)),
    };
    const written = await this.store.settle(claim, inUse, result, schedule, now);
    if (written === 'overtaken') return this.ended(claim, 'overtaken');
    return this.ended(claim, result.outcome, 'code' in result ? result.code : undefined);
  }

  /**
   * Uses metadata that is held, if it is still what the administrator saw.
   * @param digest of the metadata that was shown
   */
  async accept(
    at: { readonly organizationId: string; readonly identityProvider: string },
    digest: string,
    by: Actor,
  ): Promise<AcceptProblem | undefined> {
    const now = this.clock();
    const inUse = await this.store.read(at);
    if (inUse?.held === undefined) return 'nothing_held';
    if (inUse.held.digest !== digest) return 'another_held';
    const { entityId } = inUse.declared;
    const next = this.source.read(inUse.held.xml, { entityId, now });
    if ('problem' in next) return next.problem;
    const lacking = this.source.checkNeeds(inUse.provider, inUse.held.xml);
    if (lacking) return lacking;
    const current = this.source.readStored(inUse.xml, entityId);
    if ('problem' in current) return current.problem;
    const change = changeOf(current.metadata, next.metadata);
    const event = eventOf('metadata.accepted', inUse.held.xml, change);
    const held = { digest, inUse, ...endsOf(next.metadata) };
    const written = await this.store.accept(at, held, event, by, now);
    return written === 'written' ? undefined : written;
  }

  private async resultOf(
    inUse: MetadataInUse,
    current: UsableMetadata | { readonly problem: MetadataProblem },
  ): Promise<RefreshResult & { readonly next?: IdpMetadata }> {
    if ('problem' in current) return { outcome: 'failed', code: current.problem.code };
    const fetched = await this.source.fetch(inUse.declared, this.clock());
    if ('problem' in fetched) return { outcome: 'failed', code: fetched.problem.code };
    const lacking = this.source.checkNeeds(inUse.provider, fetched.xml);
    if (lacking) return { outcome: 'failed', code: lacking.code };
    try {
      const { xml, metadata: next } = fetched;
      const verdict = judgeMetadata(current.metadata, next, { signed: inUse.declared.signedBy !== undefined });
      if (verdict.outcome === 'unchanged') return verdict;
      if (verdict.outcome === 'accept') {
        const event = isWorthAnEvent(verdict.change) ? eventOf('metadata.changed', xml, verdict.change) : undefined;
        return { outcome: 'use', xml, event, next };
      }
      const { code, change } = verdict;
      return { outcome: 'hold', xml, digest: sha256(xml), code, event: eventOf('metadata.held', xml, change, code) };
    } catch (error) {
      if (error instanceof SamlError) return { outcome: 'failed', code: error.code };
      throw error;
    }
  }

  private ended(
    { organizationId, identityProvider }: MetadataClaim,
    outcome: RefreshOutcome,
    code?: string,
  ): Refreshed {
    this.#refreshes.inc({ outcome, code: code ?? 'ok' });
    const level = code === undefined ? 'info' : 'warn';
    this.logger[level]({ organizationId, identityProvider, outcome, code }, 'metadata refresh');
    return code === undefined ? { outcome } : { outcome, code };
  }
}

/**
 * When the last of the signing certificates ends, from when on the IdP has none that is current, and until when the metadata
 * says that it may be used.
 */
export function endsOf(metadata: IdpMetadata): { certificatesExpireAt: Date; metadataValidUntil?: Date } {
  const certificatesExpireAt = new Date(Math.max(...certificatesOf(metadata).map(({ expires }) => expires.getTime())));
  return { certificatesExpireAt, ...(metadata.validUntil && { metadataValidUntil: metadata.validUntil }) };
}

/** A later validUntil alone comes with each refresh of some IdPs: nothing that an auditor looks for. */
function isWorthAnEvent({ addedCertificates, removedCertificates, ssoUrlMoved }: MetadataChange): boolean {
  return addedCertificates.length + removedCertificates.length > 0 || ssoUrlMoved;
}

function eventOf(type: MetadataEvent['type'], xml: string, change: MetadataChange, code?: string): MetadataEvent {
  const { addedCertificates: added, removedCertificates: removed, ssoUrlMoved } = change;
  return { type, data: { digest: sha256(xml), added, removed, ssoUrlMoved, code } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

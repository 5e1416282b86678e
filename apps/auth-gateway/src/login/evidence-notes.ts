import type { SsoEvidenceStore } from '@rolecall/persistence';
import type { Logger } from '@rolecall/platform';
import type { Organization } from '../organizations/organization.ts';
import type { Completion } from './complete-login.ts';

/** Real sign-ins are noted this often per process and identity provider: a login stays as fast as it is. */
const EVERY_MS = 24 * 60 * 60 * 1000;

/**
 * Notes that somebody got through every check of an identity provider as it is set up: what `enforceSso` is turned on for
 * (libs/reconcile, sso-guard.ts). Each successful test, and now and then a real sign-in, after its transaction: evidence
 * that is missing costs a test, and no login waits for it or fails by it.
 */
export class EvidenceNotes {
  /** Of each organization at one revision: what was noted last. */
  private readonly noted = new WeakMap<Organization, Map<string, number>>();

  constructor(
    private readonly store: SsoEvidenceStore,
    private readonly logger: Logger,
  ) {}

  async note(organization: Organization, completion: Completion, now: Date): Promise<void> {
    if (completion.outcome === 'refused' || completion.outcome === 'linked') return;
    if (completion.outcome === 'tested' && completion.report.code !== undefined) return;
    const { identityProvider, traceId } = completion;
    const kind = completion.outcome === 'tested' ? 'test' : 'login';
    const known = this.noted.get(organization) ?? new Map<string, number>();
    this.noted.set(organization, known);
    if (kind === 'login' && now.getTime() - (known.get(identityProvider) ?? 0) < EVERY_MS) return;
    try {
      const connectionDigest = organization.connectionDigest(identityProvider, now);
      if (connectionDigest === undefined) return;
      const { revision } = organization.snapshot;
      const organizationId = organization.id;
      await this.store.record({ organizationId, identityProvider, connectionDigest, revision, kind, at: now });
      known.set(identityProvider, now.getTime());
    } catch (error) {
      this.logger.warn({ err: error, traceId }, 'the evidence of a sign-in was not noted; the next one is');
    }
  }
}

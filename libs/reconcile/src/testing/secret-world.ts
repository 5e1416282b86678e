import { documentDigest } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { ReconcileError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { reconcile } from '../reconcile.ts';
import type { ReconcileRequest } from '../request.ts';
import { secretFingerprint } from '../secrets/secret.ts';
import { memoryFingerprintKey } from './memory-organization.ts';
import { MemoryStateStore } from './memory-state-store.ts';

/** Values of secrets that the command line has at hand, by the name of the entry that they belong to. */
export type Values = Readonly<Record<string, string>>;

const NOW = new Date('2026-11-01T12:00:00Z');

/** TEST ONLY. The collection of one organization whose entries of `map` have client secrets. */
export class SecretWorld {
  readonly store = new MemoryStateStore();

  constructor(private readonly map: 'identityProviders' | 'applications') {}

  apply(wanted: OrganizationDocument, values: Values, expectedFingerprint?: string): Promise<Plan> {
    return this.run('commit', wanted, values, expectedFingerprint);
  }

  plan(wanted: OrganizationDocument, values: Values): Promise<Plan> {
    return this.run('rollback', wanted, values);
  }

  /** Applies what was shown by a plan without a value, as a command without a key makes it. */
  async reviewed(wanted: OrganizationDocument, values: Values): Promise<Plan> {
    const { fingerprint } = await this.plan(wanted, {});
    return this.apply(wanted, values, fingerprint);
  }

  /** Code and place of each reason why a plan is refused. */
  async refusal(wanted: OrganizationDocument, values: Values): Promise<unknown> {
    const error: unknown = await this.plan(wanted, values).catch((reason: unknown) => reason);
    return error instanceof ReconcileError ? error.problems.map(({ code, pointer }) => [code, pointer]) : error;
  }

  private run(end: 'commit' | 'rollback', wanted: OrganizationDocument, values: Values, expectedFingerprint?: string) {
    const request = { ...this.request(wanted, values), expectedFingerprint };
    return this.store.transaction(end, (state) => reconcile(state, request, NOW));
  }

  /** What the server makes of a document and of the values. */
  private request(wanted: OrganizationDocument, values: Values): ReconcileRequest {
    const { name } = wanted.metadata;
    const digest = documentDigest(wanted);
    const secrets = Object.entries(values).map(([entry, value]) => {
      const at = { collection: 'default', organization: name, pointer: `/spec/${this.map}/${entry}/clientSecret` };
      return [at.pointer, secretFingerprint(memoryFingerprintKey('default'), at, value)] as const;
    });
    const providers = Object.entries(values).map(([entry, clientSecret]) => [entry, { clientSecret }] as const);
    const opened =
      this.map === 'applications'
        ? { identityProviders: {}, applicationSecrets: values }
        : { identityProviders: Object.fromEntries(providers) };
    return {
      collection: 'default',
      organizations: [{ document: wanted, digest, ...opened, secrets: Object.fromEntries(secrets) }],
      unchangedFiles: [],
      files: [{ path: 'acme.yaml', digest, organizations: [name] }],
      prune: false,
      origin: { actor: 'ci' },
    };
  }
}

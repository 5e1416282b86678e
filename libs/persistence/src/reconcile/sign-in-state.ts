import type { PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import type { SecretHolder } from '@rolecall/org-config';
import { secretFingerprint } from '@rolecall/reconcile';
import type {
  ClosedApplication,
  ClosedDoors,
  EndedSignIns,
  EndedTokens,
  LocalDoors,
  SecretPlace,
  SharedOrigin,
  SignInEvidence,
  SignInState,
} from '@rolecall/reconcile';
import { COUNT_TOKENS, RENAME_TOKENS, REVOKE_TOKENS } from '../directory/token-statements.ts';
import type { SecretKeys } from '../secrets/fingerprint-keys.ts';
import { renameApplicationSecret } from '../secrets/application-secrets.ts';
import { secretNameOf } from '../secrets/secret-names.ts';
import { Vault } from '../secrets/vault.ts';
import { EVIDENCE, FORGET_EVIDENCE } from '../sso/statements.ts';
import { ApplicationSignIns } from './application-sign-ins.ts';
import { endSessionsOfDisabled, renameIdentityProvider } from './identity-providers.ts';
import { countDoors, countSessions, endSignIns } from './local-doors.ts';
import { originsBeyond, originsOfOthers } from './origin-claims.ts';
import type { OrganizationConnection } from './organization-connection.ts';

interface EvidenceRow {
  readonly identity_provider: string;
  readonly connection_digest: string;
  readonly at: Date;
}

/** The sign-ins' part of a plan or an apply. */
export class PgSignInState implements SignInState {
  /** Organizations whose document turned SSO on or off, or exempts fewer people. */
  readonly #endsSignIns = new Map<string, LocalDoors | 'all'>();
  readonly #applications = new Map<string, ApplicationSignIns>();

  constructor(
    private readonly client: PoolClient,
    private readonly on: OrganizationConnection,
    private readonly keys: SecretKeys,
    private readonly now: Date,
    private readonly applies: boolean,
    private readonly record: (
      organizationId: string,
      type: AuditEvent['type'],
      data: AuditEvent['data'],
      subject?: string,
    ) => void,
  ) {}

  async secretFingerprint(organizationId: string, holder: SecretHolder, at: SecretPlace): Promise<string | undefined> {
    await this.on.enter(organizationId);
    const secret = await new Vault(this.client, organizationId, this.keys.masterKeys).read(secretNameOf(holder));
    return secret && secretFingerprint(await this.keys.fingerprints.of(at.collection), at, secret);
  }

  async renameIdentityProvider(organizationId: string, from: string, to: string): Promise<void> {
    await this.on.enter(organizationId);
    await renameIdentityProvider(this.client, organizationId, this.keys.masterKeys, { from, to });
  }

  async renameApplication(organizationId: string, from: string, to: string): Promise<void> {
    await this.on.enter(organizationId);
    await renameApplicationSecret(new Vault(this.client, organizationId, this.keys.masterKeys), from, to);
    this.applicationsOf(organizationId).rename(from, to);
  }

  endApplicationSignIns(
    organizationId: string,
    closed: readonly ClosedApplication[],
  ): Promise<readonly EndedSignIns[]> {
    return this.applicationsOf(organizationId).close(closed, this.now);
  }

  originsOfOthers(organizationId: string, origins: readonly string[]): Promise<readonly SharedOrigin[]> {
    return originsOfOthers(this.client, organizationId, origins);
  }

  originsBeyond(origins: readonly string[], globs: readonly string[]): Promise<readonly string[]> {
    return originsBeyond(this.client, origins, globs);
  }

  private applicationsOf(organizationId: string): ApplicationSignIns {
    const known = this.#applications.get(organizationId);
    if (known) return known;
    const made = new ApplicationSignIns(this.on, organizationId);
    this.#applications.set(organizationId, made);
    return made;
  }

  async evidence(organizationId: string): Promise<ReadonlyMap<string, SignInEvidence>> {
    const rows = await this.on.query<EvidenceRow>(organizationId, EVIDENCE);
    return new Map(rows.map((row) => [row.identity_provider, { connectionDigest: row.connection_digest, at: row.at }]));
  }

  async forgetEvidence(organizationId: string, identityProvider: string): Promise<void> {
    await this.on.query(organizationId, FORGET_EVIDENCE, [identityProvider]);
  }

  async closeLocalDoors(organizationId: string, doors: LocalDoors): Promise<ClosedDoors> {
    this.#endsSignIns.set(organizationId, doors);
    return countDoors(this.on, organizationId, doors);
  }

  async endAllSessions(organizationId: string): Promise<number> {
    this.#endsSignIns.set(organizationId, 'all');
    return countSessions(this.on, organizationId);
  }

  async renameDirectoryToken(organizationId: string, from: string, to: string): Promise<void> {
    if (this.applies) await this.on.query(organizationId, RENAME_TOKENS, [from, to]);
  }

  async endDirectoryTokens(organizationId: string, names: readonly string[]): Promise<readonly EndedTokens[]> {
    if (names.length === 0) return [];
    const values = [names, this.now];
    const alive = await this.on.query<{ name: string; tokens: number }>(organizationId, COUNT_TOKENS, values);
    if (this.applies && alive.length > 0) {
      const ended = await this.on.query<{ token_id: string; name: string }>(organizationId, REVOKE_TOKENS, values);
      for (const { token_id: id, name } of ended) {
        this.record(organizationId, 'directory.token_revoked', { name, reason: 'undeclared' }, id);
      }
    }
    return alive.map(({ name, tokens }) => ({ token: name, tokens }));
  }

  /** Ends sessions of IdPs that are disabled by now, what the doors that were closed or opened end, and sign-ins to closed applications. */
  async finish(organizationId: string): Promise<void> {
    await this.on.enter(organizationId);
    const sessions = await endSessionsOfDisabled(this.client, organizationId);
    const reason = 'identity_provider_disabled';
    if (sessions > 0) this.record(organizationId, 'session.revoked', { reason, sessions });
    await this.endSignIns(organizationId);
    await this.#applications.get(organizationId)?.finish();
  }

  private async endSignIns(organizationId: string): Promise<void> {
    const what = this.#endsSignIns.get(organizationId);
    if (what === undefined) return;
    const vault = new Vault(this.client, organizationId, this.keys.masterKeys);
    const sessions = await endSignIns(this.on, vault, what, this.now);
    const reason = what === 'all' ? 'sso_released' : 'sso_enforced';
    if (sessions > 0) this.record(organizationId, 'session.revoked', { reason, sessions });
  }
}

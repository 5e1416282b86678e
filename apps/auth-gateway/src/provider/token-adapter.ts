import type { AuditEvent } from '@rolecall/audit';
import {
  type ApplicationToken,
  type ApplicationTokenKind,
  type NewApplicationToken,
  readOrganizationToken,
} from '@rolecall/persistence';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { ApplicationClient } from './application-clients.ts';
import { type GrantId, grantIdOf, readGrantId } from './grant-id.ts';
import type { ProviderParts } from './provider-parts.ts';
import { isSentTo, storeSignIn } from './store-sign-in.ts';

const KINDS: Readonly<Record<string, ApplicationTokenKind>> = {
  AuthorizationCode: 'code',
  AccessToken: 'access',
  RefreshToken: 'refresh',
};

export function isTokenModel(model: string): boolean {
  return Object.hasOwn(KINDS, model);
}

/** What is a column, or read anew at each use; the id is the token itself. */
const NOT_STORED = new Set(['jti', 'kind', 'iat', 'exp', 'clientId', 'accountId', 'grantId', 'sessionUid', 'consumed']);

/** Codes, access tokens and refresh tokens of oidc-provider in the store of applications. */
export class TokenAdapter implements Partial<Adapter> {
  private readonly kind: ApplicationTokenKind;

  constructor(
    private readonly model: string,
    private readonly parts: ProviderParts,
  ) {
    this.kind = KINDS[model] ?? 'access';
  }

  /** @throws InvalidGrant, or as `storeSignIn`, when what it hangs on has ended meanwhile */
  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const token = readOrganizationToken(id);
    if (!token || payload.grantId === undefined) throw new Error(`oidc-provider made another id of a ${this.model}`);
    const { organizationId, grantId } = readGrantId(payload.grantId);
    const now = this.parts.clock();
    const stored = {
      kind: this.kind,
      tokenHash: token.hash,
      payload: Object.fromEntries(Object.entries(payload).filter(([name]) => !NOT_STORED.has(name))),
      expiresAt: new Date(now.getTime() + expiresIn * 1000),
    };
    const grant = { organizationId, grantId };
    if (this.parts.request().granting?.id === payload.grantId) return storeSignIn(this.parts, grant, stored, now);
    return this.issue(grant, stored, now);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const { store, clock, seconds } = this.parts;
    const presented = readOrganizationToken(id);
    if (!presented) return undefined;
    const { organizationId, hash } = presented;
    const token = await store.find(organizationId, hash, clock());
    if (token?.kind !== this.kind || !(await this.isOfItsClient(organizationId, token))) return undefined;
    const { payload, grant, session, consumed, issuedAt, expiresAt } = token;
    const grantId = grantIdOf({ organizationId, grantId: grant.grantId });
    this.parts.request().tokens.set(grantId, { organizationId, token });
    return {
      ...payload,
      jti: id,
      kind: this.model,
      iat: seconds(issuedAt),
      exp: seconds(expiresAt),
      clientId: grant.clientId,
      accountId: session.user.id,
      grantId,
      ...(consumed ? { consumed: seconds(issuedAt) } : {}),
    };
  }

  /** Together with the first token that is given for it (`issue`): whoever gets nothing may come again. */
  consume(id: string): Promise<void> {
    const presented = readOrganizationToken(id);
    if (presented) this.parts.request().consuming = presented.hash;
    return Promise.resolve();
  }

  /** @throws InvalidGrant also when another process was faster: then somebody has a copy, and nobody keeps anything */
  private async issue({ organizationId, grantId }: GrantId, token: NewApplicationToken, now: Date): Promise<void> {
    const { store, refuse } = this.parts;
    const request = this.parts.request();
    const { consuming: consumes } = request;
    const isIssued = await store.issue(organizationId, grantId, { ...token, ...(consumes && { consumes }) }, now);
    request.consuming = undefined;
    if (isIssued) return;
    const used = consumes && (await store.find(organizationId, consumes, now));
    if (used?.consumed === true) await store.endGrant(organizationId, grantId, reuse(this.parts, used));
    throw refuse('the session has ended, or it was used before');
  }

  async destroy(id: string): Promise<void> {
    const presented = readOrganizationToken(id);
    if (presented) await this.parts.store.endToken(presented.organizationId, presented.hash);
  }

  /**
   * Names change hands: what was given to an application is nothing to another one that has its former name by now. A no is asked
   * for twice: of an application that was renamed this moment its grants are told before this process is.
   */
  private async isOfItsClient(organizationId: string, token: ApplicationToken): Promise<boolean> {
    const { clients } = this.parts;
    const isIts = (client: ApplicationClient | undefined) =>
      client?.organization.id === organizationId &&
      client.application.name === token.grant.application &&
      isSentTo(client, token);
    return isIts(await clients.find(token.grant.clientId)) || isIts(await clients.findAnew(token.grant.clientId));
  }

  /** Its grant is ended with them, and everything of it. */
  revokeByGrantId(): Promise<void> {
    return Promise.resolve();
  }
}

/** The event of a token that came once more. */
export function reuse(
  { event }: Pick<ProviderParts, 'event'>,
  { kind, grant: { application }, session: { user } }: ApplicationToken,
): readonly AuditEvent[] {
  return [event('application.token_reused', { application, userId: user.id }, { kind })];
}

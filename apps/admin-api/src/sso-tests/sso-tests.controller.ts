import { createHash, randomBytes } from 'node:crypto';
import { Controller, Inject, Param } from '@nestjs/common';
import { CLOCK, DATABASE, Problem } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import { operatorEntry } from '@rolecall/platform/guidance';
import { SSO_TEST_LIFETIME_MS } from '@rolecall/persistence';
import type { Database, SsoTest } from '@rolecall/persistence';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { GATEWAY_URL, guidanceOf, setupPageOf } from '../flows/guidance-of.ts';
import { knownOrganization } from '../organizations/known-organization.ts';

const TOKEN_BYTES = 32;

interface IdentityProviderPath {
  readonly organization: string;
  readonly identityProvider: string;
}

/** One-time links that try an identity provider, and what came of them. */
@Controller()
export class SsoTestsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(GATEWAY_URL) private readonly gatewayUrl: string,
  ) {}

  /** The link's token leaves here once; only its SHA-256 is stored. */
  @Serves(OPERATIONS.createSsoTest)
  async create(@Param() path: IdentityProviderPath, @Caller() caller: Principal): Promise<object> {
    const organizationId = await this.organizationId(path);
    const { organization, identityProvider } = path;
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const now = this.clock();
    const expiresAt = new Date(now.getTime() + SSO_TEST_LIFETIME_MS);
    const tokenHash = createHash('sha256').update(token).digest();
    const made = { organizationId, identityProvider, tokenHash, createdBy: caller.id, now, expiresAt };
    const id = await this.database.ssoTests.create(made);
    const url = `${this.gatewayUrl}/sso/test/${organization}/${identityProvider}?link=${token}`;
    return { id, url, expiresAt: expiresAt.toISOString() };
  }

  @Serves(OPERATIONS.readSsoTest)
  async read(@Param() path: IdentityProviderPath, @Param('testId') id: string): Promise<object> {
    const organizationId = await this.organizationId(path);
    const test = await this.database.ssoTests.find(organizationId, path.identityProvider, id, this.clock());
    const setup = setupPageOf(this.gatewayUrl, path.organization, path.identityProvider);
    if (test) return testOf(test, setup);
    throw new Problem(404, 'test_not_found', 'there is no such test any more; make a new one');
  }

  /** @throws Problem 404 `unknown_organization`, `unknown_identity_provider` */
  private async organizationId({ organization, identityProvider }: IdentityProviderPath): Promise<string> {
    const record = await knownOrganization(this.database, organization);
    const declared = record.document.spec.identityProviders ?? {};
    if (Object.hasOwn(declared, identityProvider)) return record.organizationId;
    const known = Object.keys(declared).join(', ') || 'none';
    const sentence = `${organization} has no identity provider of this name; it has: ${known}`;
    throw new Problem(404, 'unknown_identity_provider', sentence);
  }
}

function testOf({ id, expiresAt, traceId, result }: SsoTest, setup: string | null): object {
  const head = { id, expiresAt: expiresAt.toISOString(), traceId: traceId ?? null };
  if (!result) {
    return {
      ...head,
      state: traceId === undefined ? 'waiting' : 'begun',
      code: null,
      mustAct: null,
      guidance: null,
      steps: [],
    };
  }
  const { outcome, code, protocol, vendor, ...found } = result;
  const state = outcome === 'succeeded' ? 'succeeded' : 'failed';
  const mustAct = (code !== undefined && operatorEntry(code)?.mustAct) || null;
  return { ...head, state, code: code ?? null, mustAct, guidance: guidanceOf(code, vendor, protocol, setup), ...found };
}

import { createHash, randomBytes } from 'node:crypto';
import type { ChainedEvent } from '@rolecall/audit';
import { documentDigest, type OrganizationSpec } from '@rolecall/org-config';
import { type Database, type FlowRecord, SSO_TEST_LIFETIME_MS } from '@rolecall/persistence';
import { type TestDatabase, testDatabase } from '@rolecall/persistence/testing';
import { TestIdp } from '@rolecall/saml/testing';
import pg from 'pg';
import type { Person } from './test-browser.ts';
import { createOrganization, startTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts';

/** One transaction of an apply. */
type StateTransaction = Parameters<Parameters<ReturnType<Database['reconcileState']>['transaction']>[1]>[0];

/** TEST ONLY. One database, one IdP, one gateway and a clock that stands still until it is moved. */
export class TestWorld {
  now = new Date('2026-03-02T09:00:00Z');
  readonly idp = new TestIdp({ sloUrl: 'https://idp.example/slo' });
  private readonly gateways: TestGateway[] = [];

  private constructor(
    readonly db: TestDatabase,
    /** Name -> id. */
    readonly organizations: ReadonlyMap<string, string>,
  ) {}

  static async open(
    specs: Readonly<Record<string, OrganizationSpec>>,
    clientSecret?: string,
    applicationSecrets?: Readonly<Record<string, string>>,
  ): Promise<TestWorld> {
    const db = await testDatabase();
    const ids = new Map<string, string>();
    const world = new TestWorld(db, ids);
    for (const [name, spec] of Object.entries(specs))
      ids.set(
        name,
        await createOrganization(db, world.idp, name, spec, { clientSecret, applicationSecrets, now: world.now }),
      );
    return world;
  }

  /** Another gateway on the same database. */
  async startGateway(options: Partial<TestGatewayOptions> = {}): Promise<TestGateway> {
    const gateway = await startTestGateway({ db: this.db, clock: () => this.now, ...options });
    this.gateways.push(gateway);
    return gateway;
  }

  pass(minutes: number): void {
    this.now = new Date(this.now.getTime() + minutes * 60_000);
  }

  /** Resolves when it is so; the time limit of the test is the limit. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Somebody at the IdP, now. */
  person(email: string, attributes: Readonly<Record<string, string | readonly string[]>> = {}): Person {
    return { nameId: email, attributes, now: this.now };
  }

  idOf(organization: string): string {
    return this.organizations.get(organization) ?? '';
  }

  /** The flow record whose trace id a page shows. */
  flowOn(organization: string, page: string): Promise<FlowRecord | undefined> {
    const traceId = /<code>([0-9a-f]{32})<\/code>/.exec(page)?.[1] ?? '';
    return this.db.database.inOrganization(this.idOf(organization), (tx) => tx.findFlow(traceId));
  }

  /** The path of a one-time link as the admin API makes one, with the test's id. */
  async testLink(organization: string, identityProvider: string): Promise<{ id: string; path: string }> {
    const token = randomBytes(32).toString('base64url');
    const id = await this.db.database.ssoTests.create({
      organizationId: this.idOf(organization),
      identityProvider,
      tokenHash: createHash('sha256').update(token).digest(),
      now: this.now,
      createdBy: 'test',
      expiresAt: new Date(this.now.getTime() + SSO_TEST_LIFETIME_MS),
    });
    return { id, path: `/sso/test/${organization}/${identityProvider}?link=${token}` };
  }

  audit(organization: string): Promise<readonly ChainedEvent[]> {
    return this.db.database.inOrganization(this.idOf(organization), (tx) => tx.auditTrail(0, 1_000));
  }

  /** These people, a browser each: all answers wait at the gateway, then all browsers come for them at one moment. */
  async atOnce(gateway: TestGateway, path: string, people: readonly Person[]): Promise<readonly Response[]> {
    const answered = people.map(async (person) => {
      const browser = gateway.browser();
      return { browser, answer: await browser.answer(this.idp, path, person) };
    });
    const waiting = await Promise.all(answered);
    return Promise.all(waiting.map(({ browser, answer }) => browser.get(answer.headers.get('location') ?? '')));
  }

  /** Makes `spec` the next revision of an organization that still has its first. @param beside what the same apply does first */
  async change(organization: string, spec: OrganizationSpec, beside?: (state: StateTransaction) => Promise<unknown>) {
    const document = {
      apiVersion: 'rolecall/v1',
      kind: 'Organization',
      metadata: { name: organization },
      spec,
    } as const;
    const names = Object.keys(spec.identityProviders ?? {});
    const identityProviders = Object.fromEntries(names.map((name) => [name, { metadataXml: this.idp.metadata() }]));
    const revision = { document, digest: documentDigest(document), origin: { actor: 'test' }, identityProviders };
    const store = this.db.database.reconcileState({ actor: 'test', now: this.now });
    await store.transaction('commit', async (state) => {
      await beside?.(state);
      await state.addRevision(this.idOf(organization), 1, revision);
    });
  }

  /** Runs SQL as the owner of the tables, past row-level security. */
  async sql(text: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.db.ownerUrl });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    for (const gateway of this.gateways) await gateway.close();
    await this.db.drop();
  }
}

const okta = { type: 'saml', metadata: { xml: 'given when seeded' } } as const;

/** TEST ONLY. Mapping roles, a rule and one IdP. */
export const ACME: OrganizationSpec = {
  displayName: 'Acme Corp',
  emailDomains: { 'acme.com': { verification: 'asserted' } },
  scopes: { 'account/main': {}, 'project/eu-shop': { parent: 'account/main' } },
  roles: { 'campaign-creator': { permissions: ['campaigns.write'] } },
  groups: { 'inbox/vip': {} },
  identityProviders: {
    okta: { ...okta, displayName: 'Okta', attributes: { givenName: 'firstName', displayName: 'name' } },
  },
  authorization: {
    mappingRoles: {
      engineering: { grants: { 'account/main': ['campaign-creator'], 'project/eu-shop': ['member'] } },
      sales: { grants: { 'account/main': ['member'] } },
    },
    rules: [{ name: 'vips', when: { attribute: 'groups', equals: 'vip' }, groups: ['inbox/vip'] }],
  },
};

/** TEST ONLY. Everybody gets a role; the same IdP as ACME's. */
export const BETA: OrganizationSpec = {
  scopes: { 'account/main': {} },
  identityProviders: { okta },
  jit: { defaults: { grants: { 'account/main': ['member'] } } },
  authorization: { unmatched: 'defaults' },
};

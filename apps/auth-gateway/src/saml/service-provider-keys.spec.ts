import { createPublicKey, verify } from 'node:crypto';
import type { OrganizationDocument } from '@rolecall/org-config';
import { documentDigest } from '@rolecall/org-config';
import { seedOrganization } from '@rolecall/persistence/testing';
import {
  TEST_EXPIRED_KEY,
  TEST_OTHER_KEY,
  TEST_SP_KEY,
  TEST_SP_NEXT_KEY,
  type EncryptOptions,
} from '@rolecall/saml/testing';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA, TestWorld } from '../testing/test-world.ts';

const FIRST = { signing: TEST_OTHER_KEY, encryption: TEST_SP_KEY };
const SECOND = { signing: TEST_EXPIRED_KEY, encryption: TEST_SP_NEXT_KEY };
const DAY = 24 * 60;

const documentAt = (generation: number): OrganizationDocument => ({
  apiVersion: 'rolecall/v1',
  kind: 'Organization',
  metadata: { name: 'acme' },
  spec: {
    ...BETA,
    identityProviders: {
      okta: {
        type: 'saml',
        metadata: { xml: 'given when seeded' },
        signRequests: true,
        requireEncrypted: true,
        serviceProviderKeys: { generation, overlap: '7d' },
      },
    },
  },
});

describe('the keys of a connection', () => {
  let world: TestWorld;
  let gateway: TestGateway;
  let organizationId: string;

  beforeAll(async () => {
    world = await TestWorld.open({});
    const seeded = await seedOrganization(world.db.database, documentAt(1), {
      metadataXml: world.idp.metadata(),
      signingKey: FIRST.signing,
      encryptionKey: FIRST.encryption,
      now: world.now,
    });
    organizationId = seeded.id;
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const base64 = (certificate: string) => certificate.replace(/-----[^-]+-----|\s/g, '');
  /** `signing` and `encryption` certificates that the metadata publishes, by the generation that they belong to. */
  async function published(): Promise<readonly string[]> {
    const xml = await (await gateway.browser().get('/saml/acme/okta/metadata')).text();
    const names = new Map(
      Object.entries({ first: FIRST, second: SECOND }).flatMap(([name, pairs]) =>
        Object.entries(pairs).map(([use, { certificate }]) => [base64(certificate), `${name} ${use}`] as const),
      ),
    );
    return [...xml.matchAll(/<ds:X509Certificate>([^<]+)</g)].map(([, text]) => names.get(text ?? '') ?? 'unknown');
  }

  /** Which generation's key signed an AuthnRequest, by the redirect's own query (Bindings 3.4.4.1). */
  async function signer(): Promise<string | undefined> {
    const { location } = await gateway.browser().start('/saml/acme/okta/login');
    const octets = location.search.slice(1, location.search.indexOf('&Signature='));
    const signature = Buffer.from(location.searchParams.get('Signature') ?? '', 'base64');
    return Object.entries({ first: FIRST, second: SECOND }).find(([, { signing }]) =>
      verify('sha256', Buffer.from(octets), createPublicKey(signing.certificate), signature),
    )?.[0];
  }

  /** `accepted`, or the code in the flow record. */
  async function outcome(encrypt?: Omit<EncryptOptions, 'certificate'> & { to: typeof FIRST }): Promise<string> {
    const options = encrypt && { ...encrypt, certificate: encrypt.to.encryption.certificate };
    const person = { ...world.person('eve@acme.com'), encrypt: options };
    const answer = await gateway.browser().answer(world.idp, '/saml/acme/okta/login', person);
    if (answer.status === 303) return 'accepted';
    const traceId = /<code>([0-9a-f]{32})<\/code>/.exec(await answer.text())?.[1] ?? '';
    const flow = await world.db.database.inOrganization(organizationId, (tx) => tx.findFlow(traceId));
    return flow?.code ?? 'no flow';
  }

  async function raiseGeneration(): Promise<void> {
    const document = documentAt(2);
    const store = world.db.database.reconcileState({ actor: 'test', now: world.now });
    const serviceProviderKeys = { generation: 2, overlapSeconds: 7 * 86_400, pairs: SECOND };
    await store.transaction('commit', (state) =>
      state.addRevision(organizationId, 1, {
        document,
        digest: documentDigest(document),
        origin: { actor: 'test' },
        identityProviders: { okta: { metadataXml: world.idp.metadata(), serviceProviderKeys } },
      }),
    );
    while ((await published()).length < 4) await new Promise((resolve) => setImmediate(resolve));
  }

  it('live through generations, each side having its time to follow', async () => {
    expect(await published()).toEqual(['first encryption', 'first signing']);
    expect(await signer()).toBe('first');
    expect(await outcome({ to: FIRST })).toBe('accepted');
    expect(await outcome({ to: SECOND })).toBe('decryption_failed');

    await raiseGeneration();
    expect(await published()).toEqual(['first encryption', 'first signing', 'second encryption', 'second signing']);
    expect(await signer()).toBe('first');
    expect([await outcome({ to: FIRST }), await outcome({ to: SECOND })]).toEqual(['accepted', 'accepted']);

    world.pass(7 * DAY);
    expect(await published()).toEqual(['second encryption', 'second signing']);
    expect(await signer()).toBe('second');
    expect([await outcome({ to: FIRST }), await outcome({ to: SECOND })]).toEqual(['accepted', 'accepted']);

    world.pass(7 * DAY);
    expect([await outcome({ to: FIRST }), await outcome({ to: SECOND })]).toEqual(['decryption_failed', 'accepted']);
    expect(await world.db.database.purgeExpired(world.now)).toMatchObject({ keys: 2 });
    expect(await world.sql('select use, generation from service_provider_keys order by use')).toEqual([
      { use: 'encryption', generation: 2 },
      { use: 'signing', generation: 2 },
    ]);
    expect(await outcome({ to: SECOND })).toBe('accepted');
  });

  it('are asked for: an assertion in clear text is refused, and so is AES-CBC in an unsigned Response', async () => {
    expect(await outcome()).toBe('encryption_required');
    expect(await outcome({ to: SECOND, cipher: 'aes256-cbc' })).toBe('encryption_needs_signed_response');
  });

  it('are shown as certificates, one use or both, and nothing else of them', async () => {
    const get = async (query: string) => {
      const answer = await gateway.browser().get(`/saml/acme/okta/certificate.pem${query}`);
      return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
    };
    const all = await get('');
    expect([all.status, all.type]).toEqual([200, 'application/x-pem-file; charset=utf-8']);
    expect(all.text).toBe(SECOND.signing.certificate + SECOND.encryption.certificate);
    expect((await get('?use=signing')).text).toBe(SECOND.signing.certificate);
    expect((await get('?use=encryption')).text).toBe(SECOND.encryption.certificate);
    for (const query of ['?use=', '?use=private', '?use=signing&use=encryption'])
      expect((await get(query)).status).toBe(404);
    expect((await gateway.browser().get('/saml/acme/nobody/certificate.pem')).status).toBe(404);
  });

  it('never stand in a log', () => {
    expect(gateway.logLines.join('')).not.toMatch(/PRIVATE KEY/);
  });
});

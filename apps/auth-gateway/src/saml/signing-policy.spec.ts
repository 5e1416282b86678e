import type { OrganizationSpec, SamlIdentityProvider } from '@rolecall/org-config';
import type { TestResponse } from '@rolecall/saml/testing';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA, TestWorld } from '../testing/test-world.ts';

const CLASSES = 'urn:oasis:names:tc:SAML:2.0:ac:classes';
/** What the test IdP's assertions name. */
const PASSWORD = `${CLASSES}:PasswordProtectedTransport`;
const TOKEN = `${CLASSES}:TimeSyncToken`;

const withPolicy = (policy: Partial<SamlIdentityProvider>): OrganizationSpec => ({
  ...BETA,
  identityProviders: { okta: { type: 'saml', metadata: { xml: 'given when seeded' }, ...policy } },
});

describe('what a document asks of an identity provider', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({
      either: withPolicy({}),
      response: withPolicy({ minimumSigned: 'response' }),
      assertion: withPolicy({ minimumSigned: 'assertion' }),
      both: withPolicy({ minimumSigned: 'both' }),
      token: withPolicy({ authnContexts: [TOKEN] }),
      known: withPolicy({ authnContexts: [PASSWORD, TOKEN] }),
      silent: withPolicy({ requireAuthnStatement: false }),
    });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  /** `accepted`, or the code in the flow record of the refusal. */
  async function outcome(
    organization: string,
    sign?: TestResponse['sign'],
    mutate?: TestResponse['mutate'],
  ): Promise<string | undefined> {
    const person = { ...world.person('eve@acme.com'), ...(sign && { sign }), ...(mutate && { mutate }) };
    const answer = await gateway.browser().answer(world.idp, `/saml/${organization}/okta/login`, person);
    if (answer.status === 303) return 'accepted';
    return (await world.flowOn(organization, await answer.text()))?.code;
  }

  it.each([
    ['either', 'assertion', 'accepted'],
    ['either', 'response', 'accepted'],
    ['response', 'response', 'accepted'],
    ['response', 'assertion', 'signature_required'],
    ['assertion', 'assertion', 'accepted'],
    ['assertion', 'response', 'signature_required'],
    ['both', 'both', 'accepted'],
    ['both', 'assertion', 'signature_required'],
    ['both', 'response', 'signature_required'],
  ] as const)('minimumSigned: %s, signed: %s, is %s', async (organization, sign, expected) => {
    expect(await outcome(organization, sign)).toBe(expected);
  });

  it.each([
    ['either', 'authn_statement_missing'],
    ['silent', 'accepted'],
  ])('no AuthnStatement, at %s, is %s', async (organization, expected) => {
    const assertion = (xml: string) => xml.replace(/<saml:AuthnStatement.*<\/saml:AuthnStatement>/s, '');
    expect(await outcome(organization, 'both', { assertion })).toBe(expected);
  });

  it.each([
    ['either', []],
    ['token', [TOKEN]],
    ['known', [PASSWORD, TOKEN]],
  ])('authnContexts of %s are what is requested, exactly', async (organization, contexts) => {
    const { xml } = await gateway.browser().start(`/saml/${organization}/okta/login`);
    const requested = [...xml.matchAll(/AuthnContextClassRef[^>]*>([^<]+)</g)].map(([, context]) => context);
    expect(requested).toEqual(contexts);
    expect(/Comparison="(\w+)"/.exec(xml)?.[1]).toBe(contexts.length === 0 ? undefined : 'exact');
  });

  it('a sign-in by another context than those is refused', async () => {
    expect(await outcome('known')).toBe('accepted');
    expect(await outcome('token')).toBe('authn_context_mismatch');
  });
});

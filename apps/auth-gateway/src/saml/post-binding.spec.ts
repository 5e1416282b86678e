import { hash } from 'node:crypto';
import { TestIdp } from '@rolecall/saml/testing';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const LOGIN = '/saml/acme/okta/login';
const idp = new TestIdp({ ssoPostUrl: 'https://post.idp.example/sso?app=1&x=2' });
const okta = { type: 'saml', displayName: 'Okta', metadata: { xml: '' } } as const;

describe('AuthnRequests by HTTP-POST', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({
      acme: { ...ACME, identityProviders: { okta: { ...okta, requestBinding: 'post' } } },
      beta: { ...BETA, identityProviders: { okta: { ...okta, requestBinding: 'post' } } },
      gamma: BETA,
    });
    const store = (name: string, xml: string) =>
      world.sql('update identity_provider_metadata set metadata_xml = $1 where org_id = $2', [xml, world.idOf(name)]);
    await store('acme', idp.metadata());
    await store('gamma', new TestIdp().metadata().replace('HTTP-Redirect', 'HTTP-POST'));
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const eve = () => world.person('eve@acme.com', { role_mapping: 'engineering' });

  it('go by a form that submits itself to the identity provider and nowhere else', async () => {
    const sent = await gateway.browser().startByPost(`${LOGIN}?RelayState=https://evil.example/`);
    expect(sent.html).toContain('method="post" action="https://post.idp.example/sso?app=1&amp;x=2"');
    expect(sent.html).toMatch(/<button[^>]*type="submit"[^>]*>Continue<\/button>/);
    expect(sent.relayState).toMatch(/^login\.[0-9a-f]{32}$/);
    expect(sent.xml).toContain(' Destination="https://post.idp.example/sso?app=1&amp;x=2"');
    const scripts = [...sent.html.matchAll(/<script[^>]*>(.*?)<\/script>/g)].map(([, script]) => script ?? '');
    expect(scripts).toHaveLength(1);
    expect(sent.policy).toContain(`; script-src 'sha256-${hash('sha256', scripts[0] ?? '', 'base64')}';`);
    expect(sent.policy).toMatch(/form-action 'self' https:\/\/post\.idp\.example$/);
    expect(sent.html).not.toMatch(/style=|\son\w+=|evil/);
  });

  it('are answered as others: one login, for the browser that began it', async () => {
    const browser = gateway.browser();
    const { connection, requestId } = await browser.startByPost(LOGIN);
    const samlResponse = idp.respond({ connection, inResponseTo: requestId, ...eve() });
    const posted = await browser.postResponse('/saml/acme/okta/acs', samlResponse);
    expect(posted.status).toBe(303);
    const path = posted.headers.get('location') ?? '';
    expect((await browser.get(path)).status).toBe(303);
    expect((await browser.get('/session')).status).toBe(200);
  });

  it('are not sent by an ACS that is asked by GET (T07)', async () => {
    const answer = await gateway.browser().get('/saml/acme/okta/acs?RelayState=https://evil.example/');
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toMatch(/<form|SAMLRequest|evil/);
  });

  it('are what an identity provider gets that takes nothing else, without a word in the document', async () => {
    const sent = await gateway.browser().startByPost('/saml/gamma/okta/login');
    expect(sent.html).toContain('method="post" action="https://idp.example/sso"');
  });

  it('are refused where the identity provider has no address for them', async () => {
    const answer = await gateway.browser().get('/saml/beta/okta/login');
    expect(answer.status).toBe(400);
    expect(await world.flowOn('beta', await answer.text())).toMatchObject({
      code: 'metadata_no_post_endpoint',
      mustAct: 'platform',
    });
  });
});

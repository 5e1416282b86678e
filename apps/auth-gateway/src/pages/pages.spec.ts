import { type TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

describe('pages', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    const okta = { type: 'saml', metadata: { xml: '' } } as const;
    world = await TestWorld.open({
      acme: ACME,
      duo: {
        ...BETA,
        displayName: '<b>Duo</b>',
        identityProviders: { okta, google: { ...okta, displayName: 'Google' }, old: { ...okta, enabled: false } },
      },
    });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  it.each(['/', '/login', '/login/duo', '/login/nobody', '/saml/continue', '/nowhere'])(
    '%s is safe to show',
    async (path) => {
      const answer = await gateway.browser().get(path);
      const header = (name: string) => answer.headers.get(name);
      expect(header('content-type')).toBe('text/html; charset=utf-8');
      expect(header('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action '(none|self)'( https:)?$/,
      );
      expect(header('cache-control')).toBe('no-store');
      expect(header('strict-transport-security')).toBe('max-age=31536000');
      expect(header('x-content-type-options')).toBe('nosniff');
      expect(header('referrer-policy')).toBe('no-referrer');
      expect(header('cross-origin-opener-policy')).toBe('same-origin');
      expect(header('x-frame-options')).toBe('DENY');
      expect([header('etag'), header('x-powered-by')]).toEqual([null, null]);
      const html = await answer.text();
      expect(html).toMatch(/^<!doctype html><html lang="en">/);
      expect(html).not.toMatch(/<script|style=|\son\w+=|http:\/\//);
      expect(html.match(/<main|<h1/g)).toEqual(['<main', '<h1']);
    },
  );

  it('lets only the forms to sign in and out lead away, and to https (security.md 12)', async () => {
    const policy = async (path: string) =>
      (await gateway.browser().get(path)).headers.get('content-security-policy') ?? '';
    expect(await policy('/login')).toContain("form-action 'self' https:");
    expect(await policy('/')).toMatch(/form-action 'none'$/);
    expect(await policy('/login/duo')).toMatch(/form-action 'self'$/);
    const back = encodeURIComponent('https://app.example.com/x');
    expect(await policy(`/login/duo?returnTo=${back}`)).toMatch(/form-action 'self' https:\/\/app.example.com$/);
    const local = await world.startGateway({ url: 'http://localhost:4000' });
    expect((await local.browser().get('/login')).headers.get('content-security-policy')).toContain(
      "'self' https: http:",
    );
    expect((await local.browser().get('/login')).headers.get('strict-transport-security')).toBeNull();
  });

  it('link a stylesheet that may be cached for ever', async () => {
    const html = await (await gateway.browser().get('/login')).text();
    const href = /href="(\/static\/rolecall\.css\?v=[0-9a-f]{16})"/.exec(html)?.[1] ?? '';
    const answer = await gateway.browser().get(href);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await answer.text()).toContain('prefers-color-scheme: dark');
  });

  it.each(['/nowhere', '/saml/continue', '/saml/duo/old/login'])(
    'name the trace id of what went wrong and offer a way on (%s)',
    async (path) => {
      const html = await (await gateway.browser().get(path)).text();
      expect(html).toMatch(/<dt>Trace id<\/dt><dd><code>[0-9a-f]{32}<\/code><\/dd><dd>Your administrator needs it/);
      expect(html).toMatch(/<a class="button( quiet)?" href="\/login">Back to sign-in<\/a>/);
    },
  );

  it('say in their titles when something went wrong', async () => {
    const title = async (path: string) =>
      /<title>(.*)<\/title>/.exec(await (await gateway.browser().get(path)).text())?.[1];
    expect(await title('/login')).toBe('Sign in · Rolecall');
    expect(await title('/login?error=unknown_organization')).toBe('Error: sign in · Rolecall');
    expect(await title('/')).toBe('Not signed in · Rolecall');
    expect(await title('/saml/duo/old/login')).toBe('You could not be signed in · Rolecall');
  });

  it('offer each identity provider that is switched on, and escape what they show', async () => {
    const html = await (await gateway.browser().get('/login/duo?returnTo=https://app.example.com/a')).text();
    expect(html).toContain('href="/saml/duo/okta/login?returnTo=https%3A%2F%2Fapp.example.com%2Fa"');
    expect(html).toContain('Continue with Google');
    expect(html).not.toContain('/saml/duo/old/');
    expect(html).toContain('&lt;b>Duo');
  });

  it('send an e-mail address or a name to its organization', async () => {
    const to = async (fields: Record<string, string>) =>
      (await gateway.browser().submit('/login', fields)).headers.get('location');
    expect(await to({ identifier: 'eve@acme.com' })).toBe('/saml/acme/okta/login');
    expect(await to({ identifier: 'ACME' })).toBe('/saml/acme/okta/login');
    expect(await to({ identifier: 'duo', returnTo: 'https://app.example.com/a' })).toBe(
      '/login/duo?returnTo=https%3A%2F%2Fapp.example.com%2Fa',
    );
    expect(await to({ identifier: 'duo', returnTo: '//evil.example' })).toBe('/login/duo');
    for (const identifier of ['nobody', 'eve@nobody.example', 'eve@acme.com.', '', '@', '../acme', 'a'.repeat(400)]) {
      expect(await to({ identifier })).toBe('/login?error=unknown_organization');
    }
    expect(await to({})).toBe('/login?error=unknown_organization');
  });

  it('say what went wrong in words of ours only', async () => {
    const shown = await (await gateway.browser().get('/login?error=unknown_organization')).text();
    expect(shown).toContain('No organization is known');
    expect(shown).toContain('aria-describedby="error hint"');
    const invented = await (await gateway.browser().get('/login?error=Call+555-0100')).text();
    expect(invented).not.toContain('role="alert"');
    expect(invented).not.toContain('555');
  });

  it('keep a destination only when it is allowed', async () => {
    const kept = await (await gateway.browser().get('/login?returnTo=https://app.example.com/a%22b')).text();
    expect(kept).toContain('name="returnTo" value="https://app.example.com/a%22b"');
    const dropped = await (await gateway.browser().get('/login?returnTo=https://evil.example/')).text();
    expect(dropped).not.toContain('evil');
  });

  it('refuse a sign-in form of another site', async () => {
    const refused = await gateway
      .browser()
      .submit('/login', { identifier: 'acme' }, { 'sec-fetch-site': 'cross-site' });
    expect(refused.status).toBe(403);
    const old = await fetch(`${gateway.address}/login`, {
      method: 'POST',
      body: new URLSearchParams({ identifier: 'acme' }),
      headers: { origin: 'https://evil.example' },
      redirect: 'manual',
    });
    expect(old.status).toBe(403);
  });
});

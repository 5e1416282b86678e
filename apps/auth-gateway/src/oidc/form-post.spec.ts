import { openId, OidcWorld } from '../testing/oidc-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA } from '../testing/test-world.ts';

const PATH = '/oidc/beta/posting/login';

describe('an answer by form_post', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;
  let second: TestGateway;

  beforeAll(async () => {
    const posting = openId('https://posting.example', { responseMode: 'form_post' });
    const identityProviders = { posting, plain: openId('https://plain.example') };
    oidc = await OidcWorld.open({ beta: { ...BETA, identityProviders } });
    [gateway, second] = [await oidc.startGateway(), await oidc.startGateway()];
  });
  afterAll(() => oidc?.world.close());
  afterEach(() => {
    oidc.at('https://posting.example').misbehaviour = {};
  });

  const signedIn = async (browser: TestBrowser) => (await browser.get('/session')).status === 200;
  const asked = () => oidc.at('https://posting.example').asked.filter((path) => path === '/token').length;
  const codeOn = async (answer: Response) => (await oidc.world.flowOn('beta', await answer.text()))?.code;
  /** From the start to the posted answer; `location` is where the browser is sent for it. */
  async function posted(browser: TestBrowser, sub: string, more?: Readonly<Record<string, string>>) {
    const callback = await oidc.goAndComeBack(browser, PATH, { sub });
    const answer = await oidc.post(gateway.address, callback, more);
    return { callback, answer, location: answer.headers.get('location') ?? '' };
  }

  it('waits under a handle, without a session, until the same browser comes for it, at any gateway', async () => {
    const browser = gateway.browser();
    const start = (await browser.get(PATH)).headers.get('location') ?? '';
    expect(new URL(start).searchParams.get('response_mode')).toBe('form_post');
    const { answer, location } = await posted(browser, 'eve');
    expect([answer.status, location]).toEqual([303, expect.stringMatching(/^\/oidc\/callback\?h=[\w-]{64}$/)]);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(asked()).toBe(0); // nothing is sent before the browser is known
    const there = browser.at(second.address);
    expect((await there.get(location)).status).toBe(303);
    expect(await signedIn(there)).toBe(true);
  });

  it('is used up by the first browser that comes for it, and by another one without effect', async () => {
    const [mine, thief] = [gateway.browser(), gateway.browser()];
    await thief.get(PATH);
    const { location } = await posted(mine, 'victim');
    const before = asked();
    expect(await codeOn(await thief.get(location))).toBe('other_browser');
    expect((await mine.get(location)).status).toBe(400);
    expect([await signedIn(mine), await signedIn(thief), asked()]).toEqual([false, false, before]);
  });

  it('uses the state up: a second post and a redirect with it find nothing', async () => {
    const browser = gateway.browser();
    const { callback, location } = await posted(browser, 'again');
    const again = await oidc.post(second.address, callback);
    expect([again.status, again.headers.get('location')]).toEqual([400, null]);
    expect((await browser.get(callback)).status).toBe(400);
    expect((await browser.get(location)).status).toBe(303);
  });

  it('shows an error with its state to the browser that asked (form-post-error)', async () => {
    oidc.at('https://posting.example').misbehaviour = {
      callback: { code: null, error: 'access_denied', error_description: '<script>' },
    };
    const browser = gateway.browser();
    const { answer, location } = await posted(browser, 'denied');
    expect(answer.status).toBe(303);
    const page = await (await browser.get(location)).text();
    expect(page).toContain('cancelled or refused');
    expect(page).not.toContain('<script>');
    expect((await oidc.world.flowOn('beta', page))?.code).toBe('access_denied');
  });

  it('keeps a repeated parameter repeated', async () => {
    const browser = gateway.browser();
    const { location } = await posted(browser, 'twice', { code: 'another' });
    expect(await codeOn(await browser.get(location))).toBe('callback_invalid');
  });

  it('comes the way that was asked for', async () => {
    const browser = gateway.browser();
    const redirected = await oidc.goAndComeBack(browser, PATH, { sub: 'redirected' });
    expect(await codeOn(await browser.get(redirected))).toBe('callback_invalid');
    const plain = await oidc.goAndComeBack(browser, '/oidc/beta/plain/login', { sub: 'posted' });
    const location = (await oidc.post(gateway.address, plain)).headers.get('location') ?? '';
    expect(await codeOn(await browser.get(location))).toBe('callback_invalid');
  });

  it('is of now where an application wants a new sign-in', async () => {
    const browser = gateway.browser();
    const returnTo = 'https://sso.example.com/op/auth?client_id=beta.app&reauthenticate=1';
    const path = `${PATH}?${new URLSearchParams({ returnTo }).toString()}`;
    const posts = async (auth_time: number) => {
      const callback = await oidc.goAndComeBack(browser, path, { sub: 'fresh', auth_time });
      return browser.get((await oidc.post(gateway.address, callback)).headers.get('location') ?? '');
    };
    const now = Math.floor(oidc.world.now.getTime() / 1_000);
    expect(await codeOn(await posts(now - 3_600))).toBe('id_token_authentication_too_old');
    expect(await signedIn(browser)).toBe(false);
    expect((await posts(now)).status).toBe(303);
    expect(await signedIn(browser)).toBe(true);
  });

  it('gives the handle no other meaning, and a state none of a handle', async () => {
    const browser = gateway.browser();
    const { location } = await posted(browser, 'mixed');
    const handle = location.split('h=')[1] ?? '';
    expect((await browser.get(`/saml/continue?h=${handle}`)).status).toBe(400);
    expect(await codeOn(await browser.get(`/oidc/callback?state=${handle}&code=x`))).toBe('callback_invalid');
    const callback = await oidc.goAndComeBack(browser, PATH, { sub: 'mixed' });
    const state = new URLSearchParams(callback.split('?')[1]).get('state') ?? '';
    expect(await codeOn(await browser.get(`/oidc/callback?h=${state}&code=x`))).toBe('callback_invalid');
  });

  it.each([
    ['without a state', { code: 'x' }, 400],
    ['with a state that is none of ours', { code: 'x', state: 'guess' }, 400],
    ['with a state of nobody', { code: 'x', state: 'A'.repeat(64) }, 400],
    ['of more than 8 kB', { state: 'A'.repeat(64), code: 'c'.repeat(10_000) }, 413],
    ['with very many parameters', Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`p${n}`, 'x'])), 413],
  ])('%s is refused by a page', async (_, fields, status) => {
    const init = { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' } as const;
    const answer = await fetch(`${gateway.address}/oidc/callback`, init);
    expect([answer.status, answer.headers.get('location')]).toEqual([status, null]);
    expect(answer.headers.get('content-type')).toContain('text/html');
  });

  it('is not kept when it holds what no database stores', async () => {
    const browser = gateway.browser();
    const { location } = await posted(browser, 'nul', { error_description: 'a\u0000b' });
    expect((await browser.get(location)).status).toBe(303);
  });
});

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { System } from '../system/system.ts';
import { asksFor, Browser, type Page } from './browser.ts';
import { PERSON } from './person.ts';
import type { Variant } from './variants.ts';

interface Login {
  readonly system: System;
  readonly organization: string;
  /** Of the connection's routes at the gateway. */
  readonly base: string;
  readonly variant: Variant;
  /** Where a browser signs out at the identity provider. */
  readonly logoutUrl: string | undefined;
}

/** Signs in and sees that it ends as the variant says. @returns one phrase of what was seen; throws when it was something else */
export async function expectedOutcome(login: Login): Promise<string> {
  const { variant } = login;
  const { refusedAs } = variant;
  const browser = new Browser();
  const end = await signIn(browser, login);
  const session = await sessionOf(browser, login);
  if (refusedAs !== undefined) {
    const code = await lastRefusal(login);
    expectEqual('the session of a refused login', session.status, 401);
    expectEqual('the code of the refusal', code, refusedAs);
    return `refused as ${code}`;
  }
  if (session.status !== 200)
    throw new Error(`no session: ${end.status} at ${end.url.pathname}, ${(await lastRefusal(login)) ?? 'no refusal'}`);
  const said = JSON.parse(session.text) as { user: { email: string }; grants: object };
  expectEqual('the session', { email: said.user.email, grants: said.grants }, EXPECTED);
  if (variant.singleLogout) return signOutBothWays(browser, login);
  // a browser does not give an identity provider its cookie with a POST from another site
  if (variant.postRequests) return 'signed in';
  await signInAgain(browser, login);
  return `signed in, ${variant.forceAuthn ? 'asked for the password again' : 'signed in again without a question'}`;
}

const EXPECTED = { email: PERSON.email, grants: { 'account/main': ['sso_admin'] } };

/** From the gateway to the identity provider's form, to the ACS, to where the login ends. */
async function signIn(browser: Browser, { base, variant }: Login): Promise<Page> {
  let page = await browser.get(variant.passive ? await passiveRequest(`${base}/login`) : `${base}/login`);
  if (variant.postRequests) page = await browser.submit(page);
  if (asksFor(page, 'password'))
    page = await browser.submit(page, { username: PERSON.username, password: PERSON.password });
  else if (!variant.passive) throw new Error(`nobody asked for a password at ${page.url.href}`);
  return browser.submit(page);
}

/** A second login of the same browser: the identity provider knows it, and asks only when it was told to. */
async function signInAgain(browser: Browser, { base, variant }: Login): Promise<void> {
  const page = await browser.get(`${base}/login`);
  expectEqual('asking for the password again', asksFor(page, 'password'), variant.forceAuthn === true);
}

function sessionOf(browser: Browser, { system }: Login): Promise<Page> {
  return browser.get(`${system.urls.gateway}/session`);
}

/** Signs out at the gateway, which ends the session there too; then in again, and out at the identity provider. */
async function signOutBothWays(browser: Browser, login: Login): Promise<string> {
  const { system, logoutUrl } = login;
  const end = await browser.submit(await browser.get(`${system.urls.gateway}/`));
  expectEqual('the end of a sign-out', end.url.pathname, '/logged-out');
  expectEqual('the session after a sign-out here', (await sessionOf(browser, login)).status, 401);
  await signIn(browser, login); // throws when nobody asks for the password
  expectEqual('the session of the second login', (await sessionOf(browser, login)).status, 200);
  if (logoutUrl === undefined) throw new Error('no address to sign out at the identity provider');
  const back = await browser.get(logoutUrl);
  expectEqual('where a sign-out there ends', `${back.status} ${back.url.host}`, `200 ${new URL(logoutUrl).host}`);
  expectEqual('the session after a sign-out there', (await sessionOf(browser, login)).status, 401);
  return 'signed in, out here and there; in again, out there and here';
}

/** Our unsigned AuthnRequest with IsPassive added on its way, as anybody could. */
async function passiveRequest(loginUrl: string): Promise<URL> {
  const started = await fetch(loginUrl, { redirect: 'manual' });
  const url = new URL(started.headers.get('location') ?? '');
  const xml = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
  const passive = xml.replace(/(<[\w:]*AuthnRequest\b)/, '$1 IsPassive="true"');
  url.searchParams.set('SAMLRequest', deflateRawSync(passive).toString('base64'));
  return url;
}

/** The code of the newest refused login, as an operator reads it. */
async function lastRefusal({ system, organization }: Login): Promise<string | undefined> {
  const answer = await fetch(`${system.urls.admin}/v1/organizations/${organization}/flows`, {
    headers: { authorization: `Bearer ${system.token}` },
  });
  const { flows } = (await answer.json()) as { flows: readonly { outcome: string; code: string | null }[] };
  return flows.find(({ outcome }) => outcome === 'refused')?.code ?? undefined;
}

function expectEqual(what: string, got: unknown, want: unknown): void {
  if (JSON.stringify(got) !== JSON.stringify(want))
    throw new Error(`${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { System } from '../system/system.ts';
import { launchBrowser } from './browser.ts';
import { DARK_PHONE, DESKTOP, inBrowser as inOneBrowser, type Shot } from './in-browser.ts';
import { startTestSystem } from './test-system.ts';

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const inBrowser = (options: BrowserContextOptions, walk: (page: Page, shot: Shot) => Promise<void>) =>
  inOneBrowser(browser, options, walk);

/** From the application's front page to the identity provider's. */
async function goToIdentityProvider(page: Page, email: string): Promise<void> {
  await page.goto(system.urls.app);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel(/E-mail address/).fill(email);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`${system.urls.idp}/**`);
}

test('an engineer signs in through another site, is told the new roles, sees them in the application, and signs out', () =>
  inBrowser(DESKTOP, async (page, shot) => {
    await page.goto(system.urls.app);
    await shot('1-application-signed-out');
    await page.goto(`${system.urls.gateway}/login`);
    await shot('2-login');

    await goToIdentityProvider(page, 'eve@acme.com');
    await shot('3-identity-provider');
    await page.getByRole('button', { name: /Eve Engineer/ }).click();

    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    expect(new URL(page.url()).origin).toBe(system.urls.gateway);
    await shot('4-announcement');
    await page.getByRole('link', { name: 'Continue' }).click();

    await page.waitForURL(`${system.urls.app}/`);
    await page.getByText('campaign-creator').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello, Eve Engineer');
    await shot('5-application-signed-in');

    await page.getByRole('link', { name: 'Account and sign-out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await shot('6-account');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/logged-out');
    await shot('6b-signed-out');
    await page.goto(system.urls.app);
    await page.getByRole('link', { name: 'Sign in' }).click();

    await page.getByRole('link', { name: /^Continue with Acme/ }).waitFor();
    await shot('6-remembered');
    await page.getByRole('link', { name: /^Continue with Acme/ }).click();
    // the identity provider ended its session as well: it asks again
    await page.getByRole('heading', { name: 'Sign in as' }).waitFor();

    await page.goto(`${system.urls.gateway}/login`);
    await page.getByRole('button', { name: 'Use another organization' }).click();
    await page.getByLabel(/E-mail address/).waitFor();
  }));

test('an application signs somebody in by OpenID Connect, and out', () =>
  inBrowser(DESKTOP, async (page, shot) => {
    await page.goto(system.urls.app);
    await page.getByRole('link', { name: 'Continue with OpenID Connect' }).click();
    await page.waitForURL(`${system.urls.gateway}/**`);
    await page.getByRole('link', { name: /demo sign-in/i }).click();
    await page.waitForURL(`${system.urls.idp}/**`);
    await page.getByRole('button', { name: /Eve Engineer/ }).click();
    await page.waitForURL(`${system.urls.app}/oidc`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello, Eve Engineer');
    await page.getByText('campaign-creator').waitFor();
    await shot('oidc-1-application');
    // the session is there: no page is shown on the way
    await page.goto(`${system.urls.app}/oidc/login`);
    await page.waitForURL(`${system.urls.app}/oidc`);

    await page.getByRole('link', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor();
    await shot('oidc-2-sign-out');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL((url) => !url.pathname.startsWith('/op/'));
    await page.goto(`${system.urls.app}/oidc`);
    await page.getByRole('heading', { name: 'Welcome to Campaign Studio' }).waitFor();
  }));

test('a person whom nothing maps is refused, with one sentence and a trace id', () =>
  inBrowser(DESKTOP, async (page, shot) => {
    await goToIdentityProvider(page, 'mo@acme.com');
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().includes('/saml/continue')),
      page.getByRole('button', { name: /Mo Marketing/ }).click(),
    ]);
    await page.getByRole('alert').waitFor();
    await shot('7-refused');

    expect(answer.status()).toBe(403);
    expect(await page.locator('code').textContent()).toMatch(/^[\w-]{8,}$/);
    const shown = await page.content();
    for (const detail of ['marketing', 'role_mapping', 'mo@acme.com']) expect(shown).not.toContain(detail);
    await page.goto(system.urls.app);
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
  }));

test('somebody of an organization with an OpenID provider signs in, and out', () =>
  inBrowser(DESKTOP, async (page, shot) => {
    await page.goto(system.urls.app);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel(/E-mail address/).fill('gus@globex.com');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Sign in to Globex' }).waitFor();
    await shot('8-choice');
    await page.getByRole('link', { name: /OpenID/ }).click();
    await page.waitForURL(`${system.urls.idp}/**`);
    expect(new URL(page.url()).pathname).toMatch(/^\/oidc-login\//);
    await page.getByRole('button', { name: /Gus Sales/ }).click();
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    expect(page.url()).toBe(`${system.urls.gateway}/announcement`);
    await page.getByRole('link', { name: 'Continue' }).click();

    await page.waitForURL(`${system.urls.app}/`);
    await shot('9-application-after-openid-connect');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello, Gus Sales');
    expect(await page.locator('.chip').allTextContents()).toEqual(expect.arrayContaining(['deal-owner', 'team/sales']));
    await page.getByRole('link', { name: 'Account and sign-out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign out here as well?' }).waitFor();
    await shot('9b-provider-asks');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out', exact: true }).waitFor();
    expect(page.url()).toMatch(`${system.urls.gateway}/logged-out?state=`);
  }));

test('a sign-out at the identity provider ends the session here', () =>
  inBrowser(DESKTOP, async (page) => {
    await goToIdentityProvider(page, 'eve@acme.com');
    await page.getByRole('button', { name: /Eve Engineer/ }).click();
    await page.waitForURL(`${system.urls.app}/`);
    await page.goto(system.urls.idp);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Nobody is signed in here' }).waitFor();
    const session = await page.goto(`${system.urls.gateway}/session`);
    expect(session?.status()).toBe(401);
  }));

test('a sign-out at an OpenID provider ends the session here, by a message of its server', () =>
  inBrowser(DESKTOP, async (page) => {
    await page.goto(`${system.urls.gateway}/oidc/globex/demo-oidc/login`);
    await page.getByRole('button', { name: /Gus Sales/ }).click();
    await page.waitForURL(`${system.urls.gateway}/**`);
    await page.goto(`${system.urls.idp}/oidc/session/end`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${system.urls.idp}/oidc/session/end/success**`);
    const session = await page.goto(`${system.urls.gateway}/session`);
    expect(session?.status()).toBe(401);
  }));

test('everything works without JavaScript', () =>
  inBrowser({ ...DESKTOP, javaScriptEnabled: false }, async (page) => {
    await goToIdentityProvider(page, 'vic@acme.com');
    await page.getByRole('button', { name: /Vic Support/ }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await page.getByRole('link', { name: 'Continue' }).click();
    await page.waitForURL(`${system.urls.app}/`);
    expect(await page.locator('.chip').allTextContents()).toEqual(['support-agent', 'inbox/vip']);
  }));

test('on a phone in dark mode', () =>
  inBrowser(DARK_PHONE, async (page, shot) => {
    await page.goto(`${system.urls.gateway}/login`);
    await shot('phone-1-login');
    await page.getByLabel(/E-mail address/).fill('nobody@nowhere.example');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await shot('phone-2-unknown-organization');

    await goToIdentityProvider(page, 'ida@acme.com');
    await shot('phone-3-identity-provider');
    await page.getByRole('button', { name: /Ida Admin/ }).click();
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await shot('phone-4-announcement');
    await page.getByRole('link', { name: 'Continue' }).click();
    await page.waitForURL(`${system.urls.app}/`);
    expect(await page.locator('.chip').allTextContents()).toEqual(['campaign-creator', 'sso_admin', 'member']);
    await shot('phone-5-application');
    await page.goto(system.urls.gateway);
    await shot('phone-6-account');
  }));

/** `rolecall test-sso` as somebody runs it: its link is there while it waits. */
function testSso(...args: readonly string[]): { process: ChildProcess; link: Promise<string>; end: Promise<string> } {
  const bin = join(import.meta.dirname, '../../apps/reconciler/bin/rolecall.mjs');
  const env = { ...process.env, ROLECALL_SERVER: system.urls.admin, ROLECALL_TOKEN: system.token, NO_COLOR: '1' };
  const child = spawn(process.execPath, [bin, 'test-sso', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const link = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [found] = /http\S+link=\S+/.exec(output) ?? [];
      if (found) resolve(found);
    });
  });
  return { process: child, link, end: once(child, 'close').then(([code]) => `${output}(exit ${String(code)})`) };
}

/** A customer of its own: nobody has signed in there. */
const umbrella = (enforceSso: boolean) => `apiVersion: rolecall/v1
kind: Organization
metadata: { name: umbrella }
spec:
  displayName: Umbrella
  scopes:
    account/main: { displayName: Main account }
  identityProviders:
    demo:
      type: saml
      displayName: Umbrella sign-in
      metadata: { url: ${system.urls.idp}/saml/metadata }
      attributes: { email: email, givenName: firstName, familyName: lastName }
  login: { enforceSso: ${enforceSso}, recoveryAdmins: [it@umbrella.example] }
  authorization:
    mappingRoles:
      engineering: { grants: { account/main: [member, sso_admin] } }
`;

test('a connection is set up from its page, tested by a link, and only then enforced', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'umbrella-'));
  writeFileSync(join(directory, 'rolecall.yaml'), 'collection: umbrella\n');
  const apply = (enforceSso: boolean) => {
    writeFileSync(join(directory, 'umbrella.yaml'), umbrella(enforceSso));
    return system.rolecall(['apply', '--auto-approve'], directory);
  };
  const guarded = { code: 5, stderr: expect.stringContaining('rolecall test-sso umbrella demo') };
  expect(await apply(true)).toMatchObject(guarded);
  expect(await apply(false)).toMatchObject({ code: 0 });
  expect(await apply(true)).toMatchObject(guarded);

  await inBrowser(DARK_PHONE, async (page, shot) => {
    await page.goto(`${system.urls.gateway}/setup/umbrella/demo`);
    expect(await page.getByLabel('Entity ID (audience)').inputValue()).toBe(
      `${system.urls.gateway}/saml/umbrella/demo/metadata`,
    );
    await shot('phone-7-set-up');
    const run = testSso('umbrella', 'demo');
    try {
      await page.goto(await run.link);
      await shot('phone-8-test-link');
      await page.getByRole('button', { name: 'Start the test' }).click();
      await page.getByRole('button', { name: /Una Newcomer/ }).click();
      await page.getByText('Success').waitFor();
      await shot('phone-9-test-result');
      const printed = await run.end;
      for (const shown of ['Test of demo for umbrella succeeded', 'member', 'engineering', '(exit 0)'])
        expect(printed).toContain(shown);
      expect(printed).not.toContain('una@umbrella.example');
    } finally {
      run.process.kill();
    }
  });
  // a test signs nobody in, and nobody could look after the sign-in yet
  expect(await apply(true)).toMatchObject({ code: 5, stderr: expect.stringContaining('sso_admin') });
  await inBrowser(DARK_PHONE, async (page) => {
    await page.goto(`${system.urls.gateway}/saml/umbrella/demo/login`);
    await page.getByRole('button', { name: /Una Newcomer/ }).click();
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  });
  expect(await apply(true)).toMatchObject({ code: 0 });
  rmSync(directory, { recursive: true });
});

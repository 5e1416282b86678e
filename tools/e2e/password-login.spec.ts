import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Database, openDatabase } from '@rolecall/persistence';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import type { System } from '../system/system.ts';
import { launchBrowser } from './browser.ts';
import { DARK_PHONE, DESKTOP, inBrowser, type Shot } from './in-browser.ts';
import { startTestSystem } from './test-system.ts';
import { until } from './until.ts';

const ADDRESS = 'pat@acme.com';
const PASSWORD = 'mauve otter paddles uphill';

let system: System;
let browser: Browser;
let database: Database;
let organizationId: string;
let userId: string;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem(), launchBrowser()]);
  const masterKey = readFileSync(join(dirname(system.logDirectory), 'master-key'), 'utf8');
  database = await openDatabase({ url: system.databaseUrl, masterKey: Buffer.from(masterKey, 'base64') });
  organizationId = (await database.organizations.byName('acme'))?.organizationId ?? '';
  const nameId = { value: 'pat', format: 'persistent' };
  const { user } = await database.inOrganization(organizationId, (tx) =>
    tx.createUser({ identityProvider: 'former', nameId }, { email: ADDRESS, displayName: 'Pat' }, {}, new Date()),
  );
  ({ userId } = user);
});

afterAll(async () => {
  await browser?.close();
  await database?.close();
  await system?.stop();
});

/** The link of the last mail to an address that got `seen` before; mails arrive behind the answer. */
function mailedLink(seen: number, address = ADDRESS): Promise<{ link: string; mails: number }> {
  return until(async () => {
    const answer = await fetch(`${system.urls.inbox}/mails.json`);
    const { mails } = (await answer.json()) as { mails: readonly { to: string[]; text: string }[] };
    const mine = mails.filter(({ to, text }) => to.includes(address) && text.includes('/link#'));
    const link = /http\S+\/link#[\w-]+/.exec(mine.at(-1)?.text ?? '')?.[0];
    return link !== undefined && mine.length > seen ? { link, mails: mine.length } : undefined;
  });
}

let mailed = 0;

/** From the sign-in page to a link, to a password, to a session, to a second factor; `name` begins those of the pictures. */
async function walk(page: Page, shot: Shot, name: string, follow: (link: string) => Promise<void>): Promise<void> {
  const { gateway } = system.urls;
  await page.goto(`${gateway}/login`);
  await page.getByLabel(/E-mail address/).fill(ADDRESS);
  await shot(`${name}-1-login`);
  await page.getByRole('button', { name: 'Use a password instead' }).click();
  await page.waitForURL(`${gateway}/login/acme`);
  await shot(`${name}-2-password`);
  await page.getByLabel('E-mail address').fill(ADDRESS);
  await page.getByLabel('Password').fill('not this one');
  await page.getByLabel('Password').press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await page.getByLabel('E-mail address').inputValue()).toBe(ADDRESS);
  expect(await page.locator(':focus').getAttribute('id')).toBe('password');
  await shot(`${name}-3-wrong`);

  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await shot(`${name}-4-forgot`);
  await page.getByLabel('E-mail address').fill(ADDRESS);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
  await shot(`${name}-5-sent`);
  const { link, mails } = await mailedLink(mailed);
  mailed = mails;
  await follow(link);
  await page.getByRole('heading', { name: 'Set a new password' }).waitFor();
  expect(page.url()).toBe(`${gateway}/link/opened`);
  await shot(`${name}-7-set-password`);
  await page.getByLabel('New password').fill('Password1234');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await shot(`${name}-8-known-password`);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('Your password is set').waitFor();
  await shot(`${name}-9-password-set`);

  const app = await enrol();
  await page.getByLabel('E-mail address').fill(ADDRESS);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
  await shot(`${name}-10-second-factor`);
  await page.getByLabel('Code').fill('000000');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await shot(`${name}-11-wrong-code`);
  await page.getByLabel('Code').fill(app.generate());
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Pat' }).waitFor();
  await shot(`${name}-12-signed-in`);
}

/** A new authenticator app, whose codes count from the next step on. */
async function enrol(): Promise<TOTP> {
  const seed = randomBytes(20);
  await database.inOrganization(organizationId, async ({ accounts }) => {
    await accounts.removeTotp(userId);
    await accounts.proposeTotp(userId, seed);
    await accounts.confirmTotp(userId, 0, new Date());
  });
  return new TOTP({ secret: new Secret({ buffer: new Uint8Array(seed).buffer }) });
}

const isSignedIn = async (page: Page) => (await page.request.get(`${system.urls.gateway}/session`)).ok();

test('a person sets a forgotten password and signs in with it and an authenticator app, by keyboard', () =>
  inBrowser(browser, DESKTOP, async (page, shot) => {
    await walk(page, shot, 'local', async (link) => void (await page.goto(link)));
    expect(await isSignedIn(page)).toBe(true);
  }));

test('the same on a phone in the dark, without JavaScript: the link is pasted', () =>
  inBrowser(browser, { ...DARK_PHONE, javaScriptEnabled: false }, async (page, shot) => {
    const paste = async (link: string) => {
      await page.goto(link);
      await shot('local-phone-6-link');
      await page.getByLabel('Link').fill(link);
      await page.getByRole('button', { name: 'Continue' }).click();
    };
    await walk(page, shot, 'local-phone', paste);
    expect(await isSignedIn(page)).toBe(true);
  }));

test('somebody whom the command line invites sets a password and is signed in by it', () =>
  inBrowser(browser, DESKTOP, async (page, shot) => {
    const address = 'nia@agency.example';
    const invite = ['users', 'invite', 'acme', address, '--name', 'Nia New'];
    expect(await system.rolecall(invite, system.examples)).toMatchObject({ code: 0 });
    await page.goto((await mailedLink(0, address)).link);
    await page.getByRole('heading', { name: 'Welcome to Acme Corp' }).waitFor();
    await shot('local-13-invited');
    await page.getByLabel('New password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByLabel('E-mail address').fill(address);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nia New' }).waitFor();
    const shown = await system.rolecall(['users', 'show', 'acme', address, '--format', 'json'], system.examples);
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'active' });
  }));

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TEST_EXPIRED_KEY } from '@rolecall/saml/testing';
import type { Browser, Page } from 'playwright-core';
import type { System } from '../system/system.ts';
import { launchBrowser } from './browser.ts';
import { DARK_PHONE, DESKTOP, inBrowser } from './in-browser.ts';
import { startTestSystem } from './test-system.ts';
import { until, untilSo } from './until.ts';

const IT = 'it@umbrella.example';
const GIT = { PATH: process.env['PATH'], HOME: tmpdir(), GIT_CONFIG_NOSYSTEM: '1' };
const SECURITY = 'security@umbrella.example';

let system: System;
let browser: Browser;
let directory: string;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem(), launchBrowser()]);
  directory = mkdtempSync(join(tmpdir(), 'umbrella-'));
  writeFileSync(join(directory, 'rolecall.yaml'), 'collection: umbrella\n');
});

afterAll(async () => {
  await browser?.close();
  await system?.stop();
  if (directory) rmSync(directory, { recursive: true });
});

const umbrella = (enforceSso: boolean) => `apiVersion: rolecall/v1
kind: Organization
metadata: { name: umbrella }
spec:
  displayName: Umbrella
  emailDomains: { umbrella.example: { verification: asserted } }
  scopes:
    account/main: { displayName: Main account }
  identityProviders:
    demo:
      type: saml
      displayName: Umbrella sign-in
      metadata: { file: idp.xml }
      attributes: { email: email, givenName: firstName, familyName: lastName }
  login: { enforceSso: ${enforceSso}, recoveryAdmins: [${IT}, ${SECURITY}] }
  authorization:
    mappingRoles:
      engineering: { grants: { account/main: [member, sso_admin] } }
`;

function write(enforceSso: boolean, metadata: string): void {
  writeFileSync(join(directory, 'umbrella.yaml'), umbrella(enforceSso));
  writeFileSync(join(directory, 'idp.xml'), metadata);
}

/** As a deployment whose watcher follows the repository: what is there is committed, and applied once. */
async function watched(enforceSso: boolean, metadata: string) {
  write(enforceSso, metadata);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, env: GIT, stdio: 'ignore' });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--allow-empty', '-m', 'x');
  const repository = ['--repo', pathToFileURL(directory).href];
  return system.rolecall(['watch', ...repository, '--mode', 'apply', '--once', '--listen', 'off'], directory);
}

async function apply(enforceSso: boolean, metadata: string): Promise<void> {
  write(enforceSso, metadata);
  expect(await system.rolecall(['apply', '--auto-approve'], directory)).toMatchObject({ code: 0 });
}

/** Signs Una in, up to what the gateway says of it. */
async function signIn(page: Page): Promise<void> {
  await page.goto(`${system.urls.gateway}/saml/umbrella/demo/login`);
  await page.getByRole('button', { name: /Una Newcomer/ }).click();
  await page.waitForURL(`${system.urls.gateway}/**`);
}

/** The last mail to somebody whose text has this; mails arrive behind the answer. */
function mailTo(address: string, having: string): Promise<string> {
  return until(async () => {
    const answer = await fetch(`${system.urls.inbox}/mails.json`);
    const { mails } = (await answer.json()) as { mails: readonly { to: string[]; text: string }[] };
    return mails.findLast(({ to, text }) => to.includes(address) && text.includes(having))?.text;
  });
}

const isSignedIn = async (page: Page) => (await page.request.get(`${system.urls.gateway}/session`)).ok();

test('SSO is enforced, the certificate in the configuration is over: a recovery link, the new metadata, and people get in', async () => {
  const { gateway, idp } = system.urls;
  const metadata = await (await fetch(`${idp}/saml/metadata`)).text();
  const [, ended = ''] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(TEST_EXPIRED_KEY.certificate) ?? [];
  const former = metadata.replaceAll(/(<(?:\w+:)?X509Certificate>)[^<]+/g, `$1${ended.trim()}`);
  expect(former).not.toBe(metadata);

  await apply(false, metadata);
  const refused = await watched(true, metadata);
  expect(refused).toMatchObject({ code: 5 });
  expect(refused.stdout).toContain('"where":"guard"');
  await inBrowser(browser, DESKTOP, async (page) => {
    await signIn(page);
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  });
  expect(await watched(true, metadata)).toMatchObject({ code: 0 });
  const shown = await system.rolecall(['show', 'umbrella'], directory);
  expect(shown.stdout).toContain('enforceSso: true');
  await apply(true, former);

  await inBrowser(browser, DESKTOP, async (page, shot) => {
    await signIn(page);
    await page.getByRole('heading', { name: 'You could not be signed in' }).waitFor();
    expect(await isSignedIn(page)).toBe(false);
    await shot('recovery-1-refused');

    await page.goto(`${gateway}/recovery-access`);
    await shot('recovery-2-access');
    await page.getByLabel('Your e-mail address').fill(IT);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
    await shot('recovery-3-sent');
    const link = /http\S+\/link#[\w-]+/.exec(await mailTo(IT, '/link#'))?.[0] ?? '';
    expect(await mailTo(SECURITY, 'i•••@umbrella.example')).not.toContain('/link#');

    // a scanner of mails looks first
    expect((await fetch(link)).status).toBe(200);
    await page.goto(link);
    await page.getByRole('button', { name: 'Open recovery access' }).click();
    await page.getByRole('heading', { name: 'Repair single sign-on of Umbrella' }).waitFor();
    expect(await page.getByText(/Ended on/).count()).toBe(1);
    await shot('recovery-4-repair');
    expect(await isSignedIn(page)).toBe(false);

    await page.getByText('Replace the metadata and certificates of Umbrella sign-in').click();
    await page.getByLabel('Metadata XML').fill('<nothing/>');
    await page.getByRole('button', { name: 'Replace', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await shot('recovery-5-not-metadata');
    await page.getByLabel('Metadata XML').fill(metadata);
    await page.getByRole('button', { name: 'Replace', exact: true }).click();
    await page.getByText('The metadata is replaced').waitFor();
    await shot('recovery-6-replaced');

    await page.getByRole('button', { name: 'Test Umbrella sign-in' }).click();
    await page.getByRole('button', { name: 'Start the test' }).click();
    const una = page.getByRole('button', { name: /Una Newcomer/ });
    await una.or(page.getByText('Success')).first().waitFor();
    if (await una.isVisible()) await una.click();
    await page.getByText('Success').first().waitFor();

    await page.goto(`${gateway}/recovery`);
    await page.getByText('Let people in without single sign-on').click();
    await shot('recovery-7-release');
    await page.getByRole('button', { name: 'End recovery' }).click();
    await page.getByText('Your recovery session has ended').waitFor();
    await shot('recovery-8-ended');
  });

  await inBrowser(browser, DESKTOP, async (page) => {
    await signIn(page);
    await page.waitForURL((url) => !url.pathname.startsWith('/saml'));
    expect(await isSignedIn(page)).toBe(true);
  });
  const plan = await system.rolecall(['plan'], directory);
  expect(plan.stdout).toContain('spec.identityProviders.demo.metadata');
  expect(plan.stdout).toContain('recovery access');
});

test(
  'the same pages on a phone in the dark, without JavaScript: single sign-on is let go for an hour',
  () =>
    inBrowser(browser, { ...DARK_PHONE, javaScriptEnabled: false }, async (page, shot) => {
      const { gateway } = system.urls;
      await page.goto(`${gateway}/recovery-access?org=umbrella`);
      await shot('recovery-phone-1-access');
      await page.getByLabel('Your e-mail address').fill(SECURITY);
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await shot('recovery-phone-2-sent');
      const link = /http\S+\/link#[\w-]+/.exec(await mailTo(SECURITY, '/link#'))?.[0] ?? '';
      await page.goto(`${gateway}/link`);
      await page.getByLabel('Link').fill(link);
      await page.getByRole('button', { name: 'Continue' }).click();
      await shot('recovery-phone-3-link');
      await page.getByRole('button', { name: 'Open recovery access' }).click();
      await page.getByRole('heading', { name: 'Repair single sign-on of Umbrella' }).waitFor();
      await shot('recovery-phone-4-repair');
      await page.getByText('Let people in without single sign-on').click();
      await page.getByLabel('For how long').selectOption('1');
      await page.getByRole('button', { name: 'Stop enforcing single sign-on' }).click();
      await page.getByText('People sign in without single sign-on until the time that you chose').waitFor();
      await shot('recovery-phone-5-released');
      await page.goto(`${gateway}/login/umbrella`);
      await page.getByLabel('Password').waitFor();
      await page.goto(`${gateway}/recovery-access?ended`);
      await shot('recovery-phone-6-ended');
      expect(await isSignedIn(page)).toBe(false);
    }),
  90_000,
);

test('the platform team lets people in past git, and at the end of that the server enforces by itself', async () => {
  const file = join(directory, 'let-in.yml');
  writeFileSync(file, 'spec: { login: { enforceSso: false } }\n');
  const rolecall = async (...command: string[]) => {
    const ran = await system.rolecall(command, directory);
    expect(ran).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const offersPassword = async () => (await (await fetch(SIGN_IN)).text()).includes('name="password"');
  const SIGN_IN = `${system.urls.gateway}/login/umbrella`;

  await rolecall('override', 'end', 'umbrella', '/spec/login/enforceSso');
  await untilSo(async () => !(await offersPassword()));
  const forAWhile = ['--reason', 'incident 7', '--expires', '5s'];
  expect(await rolecall('override', 'umbrella', file, ...forAWhile)).toContain('spec.login.enforceSso');
  await untilSo(offersPassword);
  await untilSo(async () => !(await offersPassword()));
  expect(await rolecall('show', 'umbrella')).toContain('enforceSso: true');
  expect(await rolecall('audit', 'list', 'umbrella', '--type', 'sso.enforced')).toContain('system/admin-api');
}, 180_000);

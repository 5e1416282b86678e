import type { Browser, Page } from 'playwright-core';
import type { CommandResult, System } from '../system/system.ts';
import { launchBrowser } from './browser.ts';
import { STEP_MS } from './in-browser.ts';
import { startTestSystem } from './test-system.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const SWITCH_OFF = { schemas: [PATCH_OP], Operations: [{ op: 'Replace', path: 'active', value: 'False' }] };
const SWITCH_ON = { schemas: [PATCH_OP], Operations: [{ op: 'Replace', path: 'active', value: 'True' }] };

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

/** What acme's identity provider would send, with the token that `npm start` prints. */
async function scim(method: string, path: string, body: object): Promise<{ status: number; json: { id?: string } }> {
  const answer = await fetch(`${system.urls.scim}/scim/v2/${path}`, {
    method,
    headers: { authorization: `Bearer ${system.scimToken}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, json: (await answer.json()) as { id?: string } };
}

const rolecall = (...args: string[]): Promise<CommandResult> => system.rolecall(['scim', ...args], system.examples);

/** In a browser that has not been there. */
async function signIn(email: string, name: RegExp): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(STEP_MS);
  await page.goto(system.urls.app);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel(/E-mail address/).fill(email);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`${system.urls.idp}/**`);
  await page.getByRole('button', { name }).click();
  return page;
}

/** What an application learns of the browser's user; a status when it is nobody. */
async function sessionOf(page: Page): Promise<unknown> {
  const answer = await page.request.get(`${system.urls.gateway}/session`);
  return answer.ok() ? answer.json() : answer.status();
}

const signInAsMo = (): Promise<Page> => signIn('mo@acme.com', /Mo Marketing/);

// the README's “Users who come over SCIM”
test('whom nothing maps is let in by a pushed group, and is gone in the moment when the directory switches him off', async () => {
  await (await signInAsMo()).getByRole('alert').waitFor(); // “marketing” is mapped to nothing

  const name = { givenName: 'Mo', familyName: 'Marketing' };
  const emails = [{ value: 'mo@acme.com', primary: true }];
  const { status, json } = await scim('POST', 'Users', {
    userName: 'mo@acme.com',
    displayName: 'Mo Marketing',
    name,
    emails,
  });
  expect(status).toBe(201);
  const mo = json.id ?? '';
  const group = await scim('POST', 'Groups', { displayName: 'acme-admins', members: [{ value: mo }] });
  expect(group.status).toBe(201);

  const page = await signInAsMo();
  await page.waitForURL(`${system.urls.app}/`);
  await page.getByText('sso_admin').waitFor();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello, Mo Marketing');

  // the last administrator is held until somebody says that it is meant
  expect((await scim('PATCH', `Users/${mo}`, SWITCH_OFF)).status).toBe(403);
  await page.reload();
  await page.getByText('sso_admin').waitFor();
  const hold = /scim release acme (\S+)/.exec((await rolecall('holds', 'acme')).stdout)?.[1] ?? '';
  expect(await rolecall('release', 'acme', hold)).toMatchObject({ code: 0 });
  expect(await scim('PATCH', `Users/${mo}`, SWITCH_OFF)).toMatchObject({ status: 200, json: { active: false } });

  await page.reload();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  await (await signInAsMo()).getByText('Your company has switched your account off').waitFor();

  // back: the same user, with the access of the group, and no session of before
  expect((await scim('PATCH', `Users/${mo}`, SWITCH_ON)).status).toBe(200);
  expect(await sessionOf(page)).toBe(401);
  const back = await signInAsMo();
  await back.getByText('sso_admin').waitFor();
  const access = { user: { id: mo }, grants: { 'account/main': ['sso_admin'] } };
  expect(await sessionOf(back)).toMatchObject({ ...access, groups: [] });

  // a change is in the open session at its next request
  const department = { op: 'add', path: `${ENTERPRISE}:department`, value: 'Support' };
  expect((await scim('PATCH', `Users/${mo}`, { schemas: [PATCH_OP], Operations: [department] })).status).toBe(200);
  expect((await scim('POST', 'Groups', { displayName: 'vip', members: [{ value: mo }] })).status).toBe(201);
  expect(await sessionOf(back)).toMatchObject({ ...access, groups: ['inbox/vip'] });

  // the log is written behind the answers
  const log = async () => (await rolecall('log', 'acme')).stdout;
  let stdout = await log();
  while (!['POST', 'PATCH', 'applied', 'refused'].every((word) => stdout.includes(word))) stdout = await log();
  expect(stdout).not.toContain('mo@acme.com');
  expect((await rolecall('receipts', 'acme')).stdout).toContain(mo);
});

// docs/guides/scim-migration.md
test('a user of sign-ins who comes under the directory keeps id and access, until the directory says more', async () => {
  const before = await signIn('eve@acme.com', /Eve Engineer/);
  await before.getByRole('link', { name: 'Continue' }).click(); // the announcement of new roles
  await before.getByText('campaign-creator').waitFor();

  const emails = [{ value: 'eve@acme.com', primary: true }];
  const { status, json } = await scim('POST', 'Users', { userName: 'eve@acme.com', emails });
  expect(status).toBe(201);
  await before.reload();
  await before.getByText('campaign-creator').waitFor();
  await (await signIn('eve@acme.com', /Eve Engineer/)).getByText('campaign-creator').waitFor();

  await scim('POST', 'Groups', { displayName: 'crew', members: [{ value: json.id }] });
  await before.reload();
  await before.getByText('Hello, eve@acme.com').waitFor();
  expect(await before.getByText('campaign-creator').count()).toBe(0);
  const refused = await signIn('eve@acme.com', /Eve Engineer/);
  await refused.getByRole('alert').waitFor();
});

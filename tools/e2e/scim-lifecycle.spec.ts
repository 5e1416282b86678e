import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { System } from '../system/system.ts';
import { launchBrowser } from './browser.ts';
import { startTestSystem } from './test-system.ts';

const SCREENSHOTS = join(import.meta.dirname, '../screenshots');
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem(), launchBrowser()]);
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

type Resource = Readonly<Record<string, unknown>>;

/** What acme's identity provider says over SCIM. */
async function scim(method: string, path: string, body?: Resource): Promise<{ status: number; body: Resource }> {
  const response = await fetch(`${system.urls.scim}/scim/v2/${path}`, {
    method,
    headers: { authorization: `Bearer ${system.scimToken}`, 'content-type': 'application/scim+json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Resource) };
}

async function made(path: string, body: Resource): Promise<string> {
  const answer = await scim('POST', path, body);
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
}

const user = (userName: string, more: Resource = {}): Resource => ({
  schemas: [USER, ENTERPRISE],
  userName,
  emails: [{ value: userName, primary: true }],
  ...more,
});
const group = (displayName: string, members: readonly string[]): Resource => ({
  schemas: [GROUP],
  displayName,
  members: members.map((value) => ({ value })),
});
const patch = (op: string, path: string, value: unknown): Resource => ({
  schemas: [PATCH_OP],
  Operations: [{ op, path, value }],
});

/** In a browser that nobody has used: to the demo identity provider, and in as Eve. */
async function signIn(): Promise<Page> {
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await page.goto(`${system.urls.gateway}/saml/acme/demo/login?returnTo=${encodeURIComponent(`${system.urls.app}/`)}`);
  await page.getByRole('button', { name: /Eve Engineer/ }).click();
  return page;
}

const session = async (page: Page) => {
  const answer = await page.request.get(`${system.urls.gateway}/session`);
  return answer.ok() ? ((await answer.json()) as Resource) : answer.status();
};

test('provisioned, signed in, changed, deactivated, refused and back: over real processes', async () => {
  const department = { [ENTERPRISE]: { department: 'Support' } };
  const eve = await made('Users', user('eve@acme.com', { ...department, displayName: 'Eve of the directory' }));
  const ida = await made('Users', user('ida@acme.com'));
  await made('Groups', group('acme-admins', [eve, ida]));
  const vips = await made('Groups', group('vip', []));

  const first = await signIn();
  await first.waitForURL(`${system.urls.app}/`);
  expect(await session(first)).toMatchObject({
    user: { id: eve, email: 'eve@acme.com', displayName: 'Eve of the directory' },
    grants: { 'account/main': ['sso_admin'] }, // and not what role_mapping says at the sign-in
    groups: [],
  });
  expect((await scim('PATCH', `Groups/${vips}`, patch('add', 'members', [{ value: eve }]))).status).toBe(204);
  expect(await session(first)).toMatchObject({ groups: ['inbox/vip'] });

  expect((await scim('PATCH', `Users/${eve}`, patch('replace', 'active', false))).status).toBe(200);
  expect(await session(first)).toBe(401);
  const refused = await signIn();
  await refused.getByText('Your company has switched your account off').waitFor();
  await refused.screenshot({ path: join(SCREENSHOTS, 'scim-deactivated.png'), fullPage: true });

  expect((await scim('PATCH', `Users/${eve}`, patch('replace', 'active', 'True'))).status).toBe(200);
  expect(await session(first)).toBe(401);
  const back = await signIn();
  await back.waitForURL(`${system.urls.app}/`);
  expect(await session(back)).toMatchObject({
    user: { id: eve },
    grants: { 'account/main': ['sso_admin'] },
    groups: ['inbox/vip'],
  });

  const last = await scim('DELETE', `Users/${ida}`);
  expect(last.status).toBe(204);
  const held = await scim('PATCH', `Users/${eve}`, patch('replace', 'active', false));
  expect([held.status, String(held.body['detail'])]).toEqual([403, expect.stringContaining('sso_admin')]);
});

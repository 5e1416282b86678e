import type { Browser, Page } from 'playwright-core';
import { freePort } from '../system/ports.ts';
import type { System } from '../system/system.ts';
import { launchBrowser } from './browser.ts';
import { DARK_PHONE, DESKTOP, inBrowser, type Shot } from './in-browser.ts';
import { type PlainProxy, startPlainProxy } from './plain-proxy.ts';
import { startTestSystem } from './test-system.ts';
import { until } from './until.ts';

let system: System;
let browser: Browser;
let board: PlainProxy;
let wiki: PlainProxy;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem(), launchBrowser()]);
  board = await startPlainProxy(system.urls.gateway, await freePort());
  wiki = await startPlainProxy(system.urls.gateway, await freePort());
  await declare('acme', board.origin);
  await declare('globex', wiki.origin);
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
  await wiki?.close();
  await system?.stop();
});

async function admin(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(system.urls.admin + path, {
    method,
    headers: { authorization: `Bearer ${system.token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const json = (await answer.json()) as Readonly<Record<string, unknown>>;
  expect({ path, status: answer.status, ...(answer.ok ? {} : { json }) }).toEqual({ path, status: 200 });
  return json;
}

async function declare(organization: string, origin: string): Promise<void> {
  const path = `/v1/organizations/${organization}`;
  const { revision: baseRevision } = await admin('GET', path);
  const applications = { proxied: { type: 'forward-auth', origins: [origin] } };
  await admin('PATCH', path, { baseRevision, patch: { spec: { applications } } });
}

/** From a page of the application through the sign-in to that page; `name` begins those of the pictures. */
async function signIn(page: Page, shot: Shot, name: string): Promise<void> {
  const wanted = `${board.origin}/boards/7?view=wide&q=a%20b`;
  await page.goto(wanted);
  expect(page.url()).toContain(`${system.urls.gateway}/login/acme?`);
  await shot(`${name}-1-sign-in`);
  await page.getByRole('link', { name: /demo/i }).first().click();
  await page.getByRole('button', { name: /Eve Engineer/ }).click();
  await until(async () => {
    const more = page.getByRole('link', { name: 'Continue', exact: true });
    if (page.url() !== wanted && (await more.isVisible())) await more.click();
    return page.url() === wanted || undefined;
  });
  await page.getByText('eve@acme.com').waitFor();
}

const walk = (name: string) => async (page: Page, shot: Shot) => {
  await signIn(page, shot, name);
  const text = await page.locator('dl').textContent();
  expect(text).toMatch(/x-auth-request-org\s+acme/);
  expect(text).toContain('account/main:campaign-creator');
  await shot(`${name}-2-application`);

  await page.goto(`${wiki.origin}/`);
  await page.getByRole('heading', { name: 'Another account is needed' }).waitFor();
  await shot(`${name}-3-another-account`);

  await page.goto(`${board.origin}/.rolecall/logout`);
  await page.getByRole('heading', { name: 'Sign out?' }).waitFor();
  await shot(`${name}-4-sign-out`);
  await page.getByRole('button', { name: 'Sign out' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${system.urls.gateway}/logged-out**`);
  await page.goto(board.origin);
  expect(page.url()).toContain(`${system.urls.gateway}/login/acme?`);

  await page.context().clearCookies();
  await page.goto(`${board.origin}/.rolecall/callback?h=x&rd=/`);
  await page.getByRole('alert').waitFor();
  await shot(`${name}-5-no-cookies`);
};

test('behind a proxy a browser signs in, sees who it is, is told where it is nobody, and signs out', () =>
  expect(inBrowser(browser, DESKTOP, walk('forward'))).resolves.toBeUndefined());

test('the same on a phone, in the dark', () =>
  expect(inBrowser(browser, DARK_PHONE, walk('forward-phone'))).resolves.toBeUndefined());

test('who is deactivated is out at the next request', () =>
  inBrowser(browser, DESKTOP, async (page, shot) => {
    await signIn(page, shot, 'forward-deactivated');
    const userId = await page.locator('dt:has-text("x-auth-request-user") + dd').innerText();
    await admin('POST', `/v1/organizations/acme/users/${userId.trim()}/deactivate`);
    const answer = await page.goto(`${board.origin}/`);
    expect(answer?.url()).toContain(`${system.urls.gateway}/login/acme?`);
    expect((await page.context().request.get(`${system.urls.gateway}/session`)).status()).toBe(401);
  }));

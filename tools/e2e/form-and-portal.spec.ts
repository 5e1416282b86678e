import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TestIdp } from '@rolecall/saml/testing';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { attributes, type BenchGateway, IDENTITY_PROVIDER, ORGANIZATION, startGateway } from '../bench/gateway.ts';
import { html } from '../html.ts';
import { launchBrowser } from './browser.ts';
import { STEP_MS } from './in-browser.ts';

const SCREENSHOTS = join(import.meta.dirname, '../screenshots');

let portal: Server;
let gateway: BenchGateway;
let browser: Browser;

/** An identity provider on another site, which takes requests by HTTP-POST alone and has a page of tiles. */
beforeAll(async () => {
  portal = createServer((request, response) => {
    void answer(request).then((page) => response.setHeader('content-type', 'text/html').end(page));
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  const idp = new TestIdp({ ssoUrl: `${portalUrl()}/sso?app=1` });
  const metadataXml = idp.metadata().replace('HTTP-Redirect', 'HTTP-POST');
  [gateway, browser] = await Promise.all([
    startGateway({ idp, metadataXml, settings: { allowIdpInitiated: true } }),
    launchBrowser(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  portal?.closeAllConnections();
  portal?.close();
});

const portalUrl = () => `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
const at = (path: string) => `${gateway.url}/saml/${ORGANIZATION}/${IDENTITY_PROVIDER}/${path}`;

async function answer(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  const xml = Buffer.from(form.get('SAMLRequest') ?? '', 'base64').toString();
  const inResponseTo = /\bID="([^"]+)"/.exec(xml)?.[1];
  const samlResponse = gateway.idp.respond({
    connection: { spEntityId: at('metadata'), acsUrl: at('acs') },
    ...(inResponseTo === undefined ? {} : { inResponseTo }),
    nameId: 'person1@bench.example',
    attributes: attributes(1),
    now: new Date(),
  });
  return html`<!doctype html>
    <form method="post" action="${at('acs')}">
      <input type="hidden" name="SAMLResponse" value="${samlResponse}" />
      <input type="hidden" name="RelayState" value="${form.get('RelayState') ?? 'https://evil.example/'}" />
      <button>Open the application</button>
    </form>`.text;
}

async function inBrowser(options: BrowserContextOptions, walk: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(STEP_MS);
  try {
    await walk(await context.newPage());
  } finally {
    await context.close();
  }
}

const signedIn = (page: Page) =>
  page.getByRole('heading', { name: 'Welcome' }).or(page.getByText('Pat Person 1')).first();

test('a request by HTTP-POST sends itself, under the policy of the page', () =>
  inBrowser({}, async (page) => {
    const blocked: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && blocked.push(message.text())));
    await page.goto(at('login'));
    await page.getByRole('button', { name: 'Open the application' }).click();
    await signedIn(page).waitFor();
    expect(blocked.filter((text) => text.includes('Content Security Policy'))).toEqual([]);
  }));

test('and has a button where there is no JavaScript', () =>
  inBrowser({ javaScriptEnabled: false, viewport: { width: 375, height: 720 } }, async (page) => {
    await page.goto(at('login'));
    await page.screenshot({ path: join(SCREENSHOTS, 'post-form.png'), fullPage: true });
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Open the application' }).click();
    await signedIn(page).waitFor();
    expect(new URL(page.url()).origin).toBe(gateway.url);
  }));

test('a sign-in from a tile of the portal asks first, and leads to us alone', () =>
  inBrowser({ viewport: { width: 375, height: 720 }, colorScheme: 'dark' }, async (page) => {
    await page.goto(portalUrl());
    await page.getByRole('button', { name: 'Open the application' }).click();
    await page.getByRole('heading', { name: `Sign in to ${ORGANIZATION}?` }).waitFor();
    expect(await page.getByText('Okta').count()).toBe(1);
    await page.screenshot({ path: join(SCREENSHOTS, 'portal-confirm.png'), fullPage: true });
    await page.goto(gateway.url);
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Continue' }).press('Enter');
    await signedIn(page).waitFor();
    expect(page.url().startsWith(gateway.url)).toBe(true);
  }));

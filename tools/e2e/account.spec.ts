import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import type { System } from '../system/system.ts';
import { launchBrowser } from './browser.ts';
import { DARK_PHONE, DESKTOP, inBrowser } from './in-browser.ts';
import { startTestSystem } from './test-system.ts';
import { until } from './until.ts';

const ADDRESS = 'ann@acme.com';
const FIRST = 'mauve otter paddles uphill';
const SECOND = 'seven quiet tangerines march';

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

interface ShownMail {
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

/** The mail to `ADDRESS` whose subject has these words; the time limit of the test is the limit. */
function mailed(words: string): Promise<ShownMail> {
  return until(async () => {
    const { mails } = (await (await fetch(`${system.urls.inbox}/mails.json`)).json()) as { mails: ShownMail[] };
    return mails.find(({ to, subject }) => to.includes(ADDRESS) && subject.includes(words));
  });
}

async function invite(): Promise<void> {
  const answer = await fetch(`${system.urls.admin}/v1/organizations/acme/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email: ADDRESS, displayName: 'Ann Archer' }),
  });
  if (!answer.ok) throw new Error(`not invited (${answer.status}): ${await answer.text()}`);
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.goto(`${system.urls.gateway}/login/acme`);
  await page.getByLabel('E-mail address').fill(ADDRESS);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
}

test(
  'somebody who is invited looks after the own account, on a phone in the dark, without JavaScript',
  () =>
    inBrowser(browser, { ...DARK_PHONE, javaScriptEnabled: false }, async (page, shot) => {
      const { gateway } = system.urls;
      await invite();
      const invitation = await mailed('invited');
      expect(invitation.from).toBe('Acme Corp <rolecall@localhost>');
      const [link = ''] = /http\S+\/link#[\w-]+/.exec(invitation.text) ?? [];
      await page.goto(link);
      await page.getByLabel('Link').fill(link);
      await page.keyboard.press('Enter');
      await page.getByLabel('New password').fill(FIRST);
      await page.keyboard.press('Enter');
      await page.getByText('Your password is set').waitFor();
      await signIn(page, FIRST);
      await page.getByRole('heading', { name: 'Ann Archer' }).waitFor();

      await page.getByRole('link', { name: /^Account/ }).click();
      await page.getByText('this browser').waitFor();
      await shot('account-1-overview');
      await page.getByRole('link', { name: 'Second factor' }).click();
      await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
      await page.getByRole('img', { name: /QR code/ }).waitFor();
      await shot('account-2-authenticator-app');
      const key = (await page.locator('#secret').textContent())?.replaceAll(/\s/g, '') ?? '';
      const app = new TOTP({ secret: Secret.fromBase32(key) });
      await page.getByLabel('Code', { exact: true }).fill('000000');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await shot('account-3-wrong-code');
      await page.getByLabel('Code', { exact: true }).fill(app.generate());
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
      expect(await page.getByRole('listitem').count()).toBe(10);
      await shot('account-4-recovery-codes');
      const [recoveryCode = ''] = await page.getByRole('listitem').allTextContents();
      await page.getByRole('link', { name: 'I have kept them' }).click();
      await shot('account-5-second-factor');
      expect((await mailed('authenticator app')).text).toContain(`${gateway}/login/acme`);

      await inBrowser(browser, DESKTOP, async (other) => {
        await signIn(other, FIRST);
        await other.getByLabel('Code', { exact: true }).fill(recoveryCode);
        await other.keyboard.press('Enter');
        await other.getByRole('heading', { name: 'Ann Archer' }).waitFor();
        await page.goto(`${gateway}/account`);
        await shot('account-6-two-sessions');
        await page.getByRole('button', { name: /^Sign out Chrome.*since/ }).press('Enter');
        expect(await page.getByRole('button', { name: /^Sign out Chrome.*since/ }).count()).toBe(0);
        await other.goto(gateway);
        await other.getByRole('heading', { name: 'You are not signed in' }).waitFor();
      });

      await page.getByRole('link', { name: 'Change password' }).click();
      await page.getByLabel('Present password').fill(FIRST);
      await page.getByLabel('New password').fill(SECOND);
      await shot('account-7-change-password');
      await page.keyboard.press('Enter');
      await page.getByText('Your password is changed').waitFor();
      expect((await mailed('was changed')).subject).toBe('Your password for Acme Corp was changed');
    }),
  120_000,
);

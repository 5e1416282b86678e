import { createTransport } from 'nodemailer';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestSmtp, type TestSmtp } from '@rolecall/platform/testing';
import { inbox } from './server.ts';

let smtp: TestSmtp;
let server: Server;
let address: string;

beforeAll(async () => {
  smtp = await startTestSmtp();
  server = inbox(smtp.mails).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server?.close();
  await smtp?.close();
});

const get = async (path: string) => {
  const answer = await fetch(address + path);
  return { status: answer.status, policy: answer.headers.get('content-security-policy'), body: await answer.text() };
};

it('shows what arrived, newest first, and nothing of it becomes part of the page', async () => {
  expect((await get('/')).body).toContain('None yet.');
  const transport = createTransport(smtp.url);
  const mail = { from: 'sso@example.com', to: 'eve@acme.com' };
  await transport.sendMail({
    ...mail,
    subject: 'First – Grüße',
    text: 'https://sso.example.com/link#abc',
    html: '<p>1</p>',
  });
  await transport.sendMail({
    ...mail,
    subject: '<script>alert(1)</script>',
    text: '</code><script>alert(2)</script>',
    html: '<!doctype html><html><head></head><body><a href="https://sso.example.com/link#x">go</a></body></html>',
  });

  const list = await get('/');
  expect(list.body.indexOf('&lt;script&gt;')).toBeLessThan(list.body.indexOf('First – Grüße'));
  expect(list.body).not.toContain('<script>');
  const second = await get('/mails/2');
  expect(second.body).not.toContain('<script>');
  expect(second.policy).toContain("default-src 'none'");
  expect((await get('/mails/1')).body).toContain('https://sso.example.com/link#abc');

  const shown = await get('/mails/2/html');
  expect(shown.policy).toMatch(/sandbox(?!.*allow-scripts)/);
  expect(shown.body).toContain('<base target="_top">');
  expect(JSON.parse((await get('/mails.json')).body)).toMatchObject({
    mails: [{ to: ['eve@acme.com'], subject: 'First – Grüße' }, { subject: '<script>alert(1)</script>' }],
  });
});

it.each(['/mails/3', '/mails/0', '/mails/-1', '/mails/x/html', '/mails/3/html'])('has nothing at %s', async (path) => {
  expect((await get(path)).status).toBe(404);
});

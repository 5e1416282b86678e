import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandError } from '../exit.ts';
import { request, ServerRefusal } from './http.ts';

let server: Server;
let url: string;
/** What the server says, line by line; the connection is cut behind it when `isCut`. */
let lines: readonly string[];
let isCut: boolean;
let accepted: string | undefined;

beforeAll(async () => {
  server = createServer((asked, response) => {
    accepted = asked.headers.accept;
    if (accepted === 'application/json') {
      response.setHeader('content-type', 'application/json').end('{"plan":"one value"}');
      return;
    }
    response.setHeader('content-type', 'application/x-ndjson');
    response.write(lines.map((line) => `${line}\n`).join(''), () => {
      if (isCut) response.destroy();
      else response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server?.closeAllConnections();
  server?.close();
});
beforeEach(() => {
  isCut = false;
});

const ask = (told?: (users: number) => void) => request({ server: url, token: 'rct_x' }, 'POST', 'v1/plans', {}, told);

it('hears how far the server is, and takes the last line for the answer', async () => {
  lines = ['{"progress":{"users":1000}}', '{"progress":{"users":2000}}', '{"result":{"plan":"of all"}}'];
  const heard: number[] = [];
  expect(await ask((users) => void heard.push(users))).toEqual({ plan: 'of all' });
  expect(heard).toEqual([1_000, 2_000]);
});

it('takes an error in the last line for the refusal that it is', async () => {
  lines = ['{"progress":{"users":1000}}', '{"status":409,"error":{"code":"conflict","message":"both changed it"}}'];
  const failing = ask(() => undefined);
  await expect(failing).rejects.toBeInstanceOf(ServerRefusal);
  await expect(failing).rejects.toMatchObject({ status: 409, code: 'conflict', message: 'both changed it' });
});

it.each([
  ['ends too early', ['{"progress":{"users":1000}}'], false],
  ['is cut', ['{"progress":{"users":1000}}'], true],
  ['is no JSON', ['<html>'], false],
])('an answer that %s is a lost one', async (_what, said, cut) => {
  lines = said;
  isCut = cut;
  const failing = ask(() => undefined);
  await expect(failing).rejects.toBeInstanceOf(CommandError);
  await expect(failing).rejects.toMatchObject({ code: 'server_unreachable' });
});

it('asks for one value where nobody listens', async () => {
  expect(await ask()).toEqual({ plan: 'one value' });
  expect(accepted).toBe('application/json');
});

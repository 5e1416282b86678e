import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { testDatabase } from '@rolecall/persistence/testing';

it('the built app starts with nothing but its environment, and ends with 0', async () => {
  const { url, drop } = await testDatabase();
  const environment = { DATABASE_URL: url, PORT: '0' };
  const child = spawn(process.execPath, [join(import.meta.dirname, '../dist/main.js')], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const response = await fetch(`http://127.0.0.1:${port}/scim/v2/ServiceProviderConfig`);
  expect(response.status).toBe(200);
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  await drop();
});

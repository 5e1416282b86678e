import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionOf, databaseUrlOf } from './connection.ts';

describe('connection', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'rolecall-connection-'));
    mkdirSync(join(cwd, '.rolecall'));
    const development = { admin: 'http://localhost:4002', token: 'rct_dev', databaseUrl: 'postgres://dev' };
    writeFileSync(join(cwd, '.rolecall/dev.json'), JSON.stringify(development));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));
  const settings = { directory: '/', server: 'https://settings.example' };

  it('prefers the flag, then the environment, then rolecall.yaml, then development', () => {
    const env = { ROLECALL_SERVER: 'https://env.example', ROLECALL_TOKEN: 'rct_env' };
    const flags = { server: 'https://flag.example', token: 'rct_flag' };
    expect(connectionOf(flags, { env, cwd }, settings)).toEqual(flags);
    expect(connectionOf({}, { env, cwd }, settings)).toEqual({ server: 'https://env.example', token: 'rct_env' });
    const token = { ROLECALL_TOKEN: 'rct_env' };
    expect(connectionOf({}, { env: token, cwd }, settings).server).toBe('https://settings.example');
    expect(connectionOf({}, { env: {}, cwd }, undefined)).toEqual({
      server: 'http://localhost:4002',
      token: 'rct_dev',
    });
    expect(databaseUrlOf({ env: {}, cwd })).toBe('postgres://dev');
    expect(databaseUrlOf({ env: { DATABASE_URL: 'postgres://env' }, cwd })).toBe('postgres://env');
  });

  it('sends the token of development to the server of development only', () => {
    expect(() => connectionOf({}, { env: {}, cwd }, settings)).toThrow(expect.objectContaining({ code: 'no_token' }));
  });

  it('knows the development whose data are in ROLECALL_DATA_DIR, from anywhere, and then no other one', () => {
    const data = join(cwd, 'elsewhere');
    const env = { ROLECALL_DATA_DIR: 'elsewhere' };
    expect(() => connectionOf({}, { env, cwd }, undefined)).toThrow(expect.objectContaining({ code: 'no_server' }));
    mkdirSync(data);
    writeFileSync(join(data, 'dev.json'), JSON.stringify({ admin: 'http://localhost:5002', token: 'rct_other' }));
    const other = { server: 'http://localhost:5002', token: 'rct_other' };
    expect(connectionOf({}, { env, cwd }, undefined)).toEqual(other);
    expect(connectionOf({}, { env: { ROLECALL_DATA_DIR: data }, cwd: '/' }, undefined)).toEqual(other);
  });

  it.each(['not a url', 'file:///etc/passwd'])('refuses a server that is no http(s) URL: %s', (server) => {
    const wanted = expect.objectContaining({ code: 'invalid_server', exitCode: 64 });
    expect(() => connectionOf({ server }, { env: {}, cwd }, undefined)).toThrow(wanted);
  });
});

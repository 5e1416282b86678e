import { readConfig } from './config.ts';

const NEEDED = {
  DATABASE_URL: 'postgresql://rolecall_runtime:secret@localhost:5432/rolecall',
  ROLECALL_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
};

describe('the configuration', () => {
  it('needs a database and a master key, and says so at once', () => {
    expect(() => readConfig({})).toThrow(/DATABASE_URL[^]*ROLECALL_MASTER_KEY/);
  });

  it('has defaults for a developer', () => {
    expect(readConfig(NEEDED)).toMatchObject({
      url: 'http://localhost:4000',
      port: 4000,
      host: '127.0.0.1',
      returnTo: ['http://localhost:4000/auth/start', 'http://localhost:4000/op/auth'],
    });
  });

  it('listens on PORT, else on the port of the public URL', () => {
    const at = (env: object) => readConfig({ ...NEEDED, ...env }).port;
    expect(at({ ROLECALL_GATEWAY_URL: 'https://sso.example.com', PORT: '8080' })).toBe(8080);
    expect(at({ ROLECALL_GATEWAY_URL: 'https://sso.example.com:8443' })).toBe(8443);
    expect(at({ ROLECALL_GATEWAY_URL: 'https://sso.example.com' })).toBe(443);
  });

  it('shows no secret', () => {
    const { redacted } = readConfig(NEEDED);
    expect(JSON.stringify(redacted)).not.toContain('secret@');
    expect(JSON.stringify(redacted)).not.toContain(NEEDED.ROLECALL_MASTER_KEY);
  });
});

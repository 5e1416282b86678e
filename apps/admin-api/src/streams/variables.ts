import type { Variable } from '@rolecall/platform';
import type { SyslogTarget } from './syslog.ts';

/** 24 to 64 bytes, as Standard Webhooks has it. */
const SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const OPTIONAL = { value: undefined };

/** Where batches of the audit log are posted to. */
export const webhookUrl: Variable<string | undefined> = {
  name: 'ROLECALL_WEBHOOK_URL',
  want: 'an https URL without a user and without a fragment, such as https://siem.example.com/rolecall',
  secret: true, // a path may be one
  fallback: OPTIONAL,
  parse(text) {
    const url = URL.parse(text);
    if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
    return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) ? url.href : undefined;
  },
};

/** The key of the signatures, in the form that receivers' libraries take. */
export function webhookSecret(name: string): Variable<Buffer | undefined> {
  return {
    name,
    want: 'whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)',
    secret: true,
    fallback: OPTIONAL,
    parse(text) {
      const [, base64] = SECRET.exec(text) ?? [];
      const bytes = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
      return bytes && bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
    },
  };
}

/** Where the audit log goes as syslog. */
export const syslogUrl: Variable<SyslogTarget | undefined> = {
  name: 'ROLECALL_SYSLOG_URL',
  want: 'tls://host:port, or tcp://host:port inside a network that you trust',
  secret: false,
  fallback: OPTIONAL,
  parse(text) {
    const [, scheme, host = '', port] =
      /^(tcp|tls):\/\/([A-Za-z0-9.-]{1,253}|\[[0-9a-f:]+\]):(\d{1,5})\/?$/.exec(text) ?? [];
    const number = Number(port);
    if (scheme === undefined || number < 1 || number > 65_535) return undefined;
    return { host: host.replace(/^\[|\]$/g, ''), port: number, tls: scheme === 'tls' };
  },
};

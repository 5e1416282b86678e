import type { ChainedEvent } from './event.ts';
import { originOf } from './origin.ts';
import { fromWire, syslogMessage, wireEvent } from './wire.ts';

const event: ChainedEvent = {
  seq: 7,
  type: 'login.refused',
  at: new Date('2026-11-22T10:00:00.120Z'),
  actor: { kind: 'system', id: 'auth-gateway' },
  subject: 'okta',
  data: { code: 'unmatched_role' },
  traceId: '0'.repeat(32),
  digest: 'a'.repeat(64),
  hash: 'b'.repeat(64),
};
const owner = { organization: 'acme', organizationId: '019a3f00-0000-7000-8000-000000000001' };

it('is the same event after the wire', () => {
  expect(fromWire(JSON.parse(JSON.stringify(wireEvent(event))))).toEqual(event);
  const { traceId: _, ...without } = event;
  expect(fromWire(wireEvent(without))).toEqual(without);
  const client = { address: '192.0.2.7', salt: '00'.repeat(16) };
  const origin = originOf(client);
  for (const from of [{ origin }, { origin, client }])
    expect(fromWire(JSON.parse(JSON.stringify(wireEvent({ ...event, ...from }))))).toEqual({ ...event, ...from });
});

it('is read as it was exported before events had an origin', () => {
  const { origin: _, client: __, ...former } = wireEvent(event);
  expect(fromWire(former)).toEqual(event);
});

it('is a message of RFC 5424', () => {
  const message = syslogMessage(wireEvent(event), owner, 'admin.example.com');
  expect(message.slice(0, message.indexOf('{'))).toBe(
    '<108>1 2026-11-22T10:00:00.120Z admin.example.com rolecall - login.refused - ',
  );
  expect(JSON.parse(message.slice(message.indexOf('{')))).toEqual({ ...owner, ...wireEvent(event) });
  expect(syslogMessage({ ...wireEvent(event), type: 'login.succeeded' }, owner, 'h')).toMatch(/^<109>1 /);
});

it('has the address in a message as well, and null where it was erased (security.md 49)', () => {
  const client = { address: '2001:db8::7', salt: '00'.repeat(16) };
  const from = { ...event, origin: originOf(client) };
  const bodyOf = (message: string) => JSON.parse(message.slice(message.indexOf('{'))) as object;
  expect(bodyOf(syslogMessage(wireEvent({ ...from, client }), owner, 'h'))).toMatchObject({ client });
  const { origin } = from;
  expect(bodyOf(syslogMessage(wireEvent(from), owner, 'h'))).toMatchObject({ origin, client: null });
});

it('is one line of ASCII, whatever an event says (security.md 50)', () => {
  const evil = 'a\r\n<0>1 forged\u001b[2J\u202egnp\u2028\u{1f600}é\u0000';
  const hostile = { ...wireEvent(event), subject: evil, actor: { kind: 'user' as const, id: evil } };
  const message = syslogMessage(hostile, { ...owner, organization: evil }, 'ho st\n');
  expect(message).toMatch(/^[\u0020-\u007e]+$/);
  expect(message).toContain(' host rolecall - ');
  expect(JSON.parse(message.slice(message.indexOf('{')))).toMatchObject({ subject: evil });
});

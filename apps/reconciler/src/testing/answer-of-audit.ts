import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { CHAIN_START, chainHash, eventDigest, originOf, wireEvent } from '@rolecall/audit';
import type { AuditEvent, ChainedEvent, Client, WireEvent } from '@rolecall/audit';

/** What the audit log of "acme" has on record; digests and hashes are computed. */
export type RecordedEvent = Omit<AuditEvent, 'at' | 'origin'> & {
  readonly at: string;
  /** Where the request came from. */
  readonly from?: Client;
  /** What stands beside the event now, where that is something else. */
  readonly client?: Client | null;
};

/** TEST ONLY: a key that everybody knows, so that signatures are the same in every run. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY = createPrivateKey({
  key: Buffer.concat([PKCS8_PREFIX, Buffer.alloc(32, 1)]),
  format: 'der',
  type: 'pkcs8',
});

const PAGE = 4;

/** What the routes of the audit log answer; undefined = none of them. A page has four at most, so that there are several. */
export function answerOfAudit(recorded: readonly RecordedEvent[], url: string): unknown {
  const { pathname, searchParams } = new URL(url, 'http://server');
  if (pathname === '/.well-known/jwks.json') return { keys: [publicKey()] };
  if (pathname === '/v1/organizations/acme/audit/head') return headOf(chained(recorded));
  if (pathname !== '/v1/organizations/acme/audit') return undefined;
  const wanted = chained(recorded).filter((event) => fits(event, searchParams));
  const events = wanted.slice(0, Math.min(PAGE, Number(searchParams.get('limit'))));
  return { events, nextAfter: events.length < wanted.length ? events.at(-1)?.seq : null };
}

function fits({ seq, type, actor, at, client }: WireEvent, query: URLSearchParams): boolean {
  const [wantedType, wantedActor, since] = [query.get('type'), query.get('actor'), query.get('since')];
  return (
    seq > Number(query.get('after') ?? 0) &&
    (wantedType === null || type === wantedType) &&
    (wantedActor === null || actor.id === wantedActor) &&
    (query.get('address') ?? client?.address) === client?.address &&
    (since === null || at >= since)
  );
}

function chained(recorded: readonly RecordedEvent[]): readonly WireEvent[] {
  let hash = CHAIN_START;
  return recorded.map(({ from, client = from, ...event }, index) => {
    const link: AuditEvent = { ...event, at: new Date(event.at), ...(from && { origin: originOf(from) }) };
    const digest = eventDigest(link);
    hash = chainHash(hash, digest);
    return wireEvent({ ...link, seq: index + 1, digest, hash, ...(client && { client }) } satisfies ChainedEvent);
  });
}

function headOf(events: readonly WireEvent[]): object {
  const { seq, hash } = events.at(-1) ?? { seq: 0, hash: CHAIN_START };
  const head = { organization: 'acme', seq, hash, at: '2026-11-01T12:00:00.000Z' };
  const organizationId = '019a3f00-0000-7000-8000-000000000001';
  const header = { alg: 'EdDSA', kid: publicKey()['kid'], typ: 'rolecall-audit-head+jwt' };
  const signed = [header, { ...head, organizationId }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return { ...head, jws: `${signed}.${sign(null, Buffer.from(signed), KEY).toString('base64url')}` };
}

function publicKey(): Readonly<Record<string, unknown>> {
  return { ...createPublicKey(KEY).export({ format: 'jwk' }), use: 'sig', alg: 'EdDSA', kid: 'test-key' };
}

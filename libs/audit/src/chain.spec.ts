import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  AUDIT_EVENT_TYPES,
  AuditError,
  canonicalEvent,
  CHAIN_START,
  chainHash,
  eventDigest,
  redact,
  verifyChain,
  type AuditEvent,
  type ChainedEvent,
  type ChainHead,
} from './index.ts';

function chained(events: readonly AuditEvent[]): ChainedEvent[] {
  let hash = CHAIN_START;
  return events.map((event, place) => {
    const digest = eventDigest(event);
    hash = chainHash(hash, digest);
    return { ...event, seq: place + 1, digest, hash };
  });
}

function event(place: number, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    type: 'login.succeeded',
    at: new Date(Date.UTC(2026, 0, 15, 12, place)),
    actor: { kind: 'user', id: `user-${place}` },
    subject: `user-${place}`,
    data: { identityProvider: 'okta', revision: place },
    traceId: `trace-${place}`,
    ...more,
  };
}

const headOf = (events: readonly ChainedEvent[]): ChainHead => {
  const { seq, hash } = events.at(-1) ?? { seq: 0, hash: CHAIN_START };
  return { seq, hash };
};

const five = chained([1, 2, 3, 4, 5].map((place) => event(place)));

describe('the form of a chain', () => {
  const folder = join(import.meta.dirname, '../cases');

  // Stored chains depend on every byte of this: a difference here is a broken log, not a new expectation.
  it.each(readdirSync(folder))('%s', (name) => {
    const path = (file: string) => join(folder, name, file);
    const events = (JSON.parse(readFileSync(path('events.json'), 'utf8')) as (AuditEvent & { at: string })[]).map(
      (given): AuditEvent => ({ ...given, at: new Date(given.at) }),
    );
    const links = chained(events).map(({ seq, digest, hash }, place) => {
      return { seq, canonical: canonicalEvent(events[place] ?? event(0)), digest, hash };
    });
    if (process.env['UPDATE_CASES']) writeFileSync(path('expected.json'), `${JSON.stringify(links, null, 2)}\n`);
    expect(links).toEqual(JSON.parse(readFileSync(path('expected.json'), 'utf8')));
  });

  it('hashes raw bytes: the previous hash, then the digest', () => {
    // sha256 of 64 zero bytes, as `head -c64 /dev/zero | sha256sum` says
    const zeros = 'f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b';
    expect(chainHash(CHAIN_START, CHAIN_START)).toBe(zeros);
    expect(chainHash(new Uint8Array(32), CHAIN_START)).toBe(zeros);
    expect(chainHash(zeros, CHAIN_START)).not.toBe(chainHash(CHAIN_START, zeros));
  });

  it.each(['', 'f5a5', 'F'.repeat(64), 'g'.repeat(64), `${CHAIN_START}00`, new Uint8Array(31), new Uint8Array(33)])(
    'refuses %p as a hash',
    (previous) => {
      expect(() => chainHash(previous, CHAIN_START)).toThrow(expect.objectContaining({ code: 'invalid_hash' }));
    },
  );
});

describe('canonicalEvent', () => {
  it('follows the examples of RFC 8785', () => {
    const data = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(canonicalEvent(event(1, { data, traceId: undefined }))).toBe(
      '{"actor":{"id":"user-1","kind":"user"},"at":"2026-01-15T12:01:00.000Z","data":{' +
        '"\\r":"Carriage Return","1":"One",' +
        '"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/",' +
        '"\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face",' +
        '"\ufb33":"Hebrew Letter Dalet With Dagesh"},' +
        '"subject":"user-1","type":"login.succeeded"}',
    );
  });

  it('says the same before an event is stored as JSON and after', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const stored = JSON.parse(JSON.stringify(data)) as AuditEvent['data'];
        expect(canonicalEvent(event(1, { data: { ...data, unsaid: undefined } }))).toBe(
          canonicalEvent(event(1, { data: Object.fromEntries(Object.entries(stored).reverse()) })),
        );
      }),
    );
  });

  const deep = JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown;
  it.each([NaN, Infinity, 1n, new Date(0), new Map(), Symbol('s'), () => 1, '\ud800', deep])('refuses %p', (value) => {
    expect(() => canonicalEvent(event(1, { data: { value } }))).toThrow(AuditError);
  });

  it('refuses an event without a valid time', () => {
    expect(() => canonicalEvent(event(1, { at: new Date(NaN) }))).toThrow(
      expect.objectContaining({ code: 'not_canonical' }),
    );
  });
});

describe('verifyChain', () => {
  const changed = (place: number, more: Partial<ChainedEvent>): ChainedEvent[] =>
    five.map((link, at) => (at === place ? { ...link, ...more } : link));
  const renumbered = (links: readonly ChainedEvent[]): ChainedEvent[] =>
    links.map((link, place) => ({ ...link, seq: place + 1 }));
  const swapped = [five[0]!, five[2]!, five[1]!, five[3]!, five[4]!];

  it('accepts a whole chain, streamed or not, and gives its head', async () => {
    const whole = { ok: true, count: 5, head: headOf(five), clients: { proved: 0, erased: 0 } };
    async function* stream(): AsyncGenerator<ChainedEvent> {
      yield* five;
    }
    await expect(verifyChain(five, headOf(five))).resolves.toEqual(whole);
    await expect(verifyChain(stream())).resolves.toEqual(whole);
    await expect(verifyChain(five, headOf(five.slice(0, 2)))).resolves.toEqual(whole);
    await expect(verifyChain(five, headOf([]))).resolves.toEqual(whole);
    await expect(verifyChain([])).resolves.toMatchObject({ ok: true, count: 0, head: { seq: 0, hash: CHAIN_START } });
  });

  it.each<[string, ChainedEvent[], { seq: number; code: string }]>([
    ['edited data', changed(2, { data: { identityProvider: 'evil' } }), { seq: 3, code: 'edited_event' }],
    ['an edited time', changed(2, { at: new Date(0) }), { seq: 3, code: 'edited_event' }],
    ['another actor', changed(2, { actor: { kind: 'system', id: 'user-3' } }), { seq: 3, code: 'edited_event' }],
    ['another subject', changed(2, { subject: 'somebody' }), { seq: 3, code: 'edited_event' }],
    ['another type', changed(2, { type: 'login.refused' }), { seq: 3, code: 'edited_event' }],
    ['a removed trace id', changed(2, { traceId: undefined }), { seq: 3, code: 'edited_event' }],
    ['content that JSON cannot say', changed(2, { data: { a: '\ud800' } }), { seq: 3, code: 'edited_event' }],
    [
      'an edit with a new digest',
      changed(2, { subject: 'x', digest: eventDigest(event(3, { subject: 'x' })) }),
      { seq: 3, code: 'broken_chain' },
    ],
    ['another hash', changed(2, { hash: CHAIN_START }), { seq: 3, code: 'broken_chain' }],
    ['a deleted event', five.toSpliced(2, 1), { seq: 3, code: 'missing_event' }],
    ['a deleted first event', five.slice(1), { seq: 1, code: 'missing_event' }],
    ['a deleted event, renumbered', renumbered(five.toSpliced(2, 1)), { seq: 3, code: 'broken_chain' }],
    ['two events exchanged', swapped, { seq: 2, code: 'missing_event' }],
    ['two events exchanged, renumbered', renumbered(swapped), { seq: 2, code: 'broken_chain' }],
    ['an event twice', five.toSpliced(2, 0, five[1]!), { seq: 2, code: 'out_of_order' }],
    ['an inserted event', renumbered(five.toSpliced(2, 0, five[1]!)), { seq: 3, code: 'broken_chain' }],
    ['a chain cut at its end', five.slice(0, 3), { seq: 4, code: 'truncated' }],
    ['a chain emptied', [], { seq: 1, code: 'truncated' }],
    ['a chain rewritten', chained([1, 2, 9, 4, 5].map((place) => event(place))), { seq: 5, code: 'other_head' }],
  ])('detects %s', async (_, events, fault) => {
    const verdict = await verifyChain(events, headOf(five));
    expect(verdict).toEqual({
      ok: false,
      ...fault,
      message: expect.stringMatching(new RegExp(`^Event ${fault.seq} .*\\.$`)),
    });
  });

  it('refuses a head that no chain can have at its start', async () => {
    const head = { seq: 0, hash: 'f'.repeat(64) };
    await expect(verifyChain(five, head)).resolves.toMatchObject({ ok: false, seq: 0, code: 'other_head' });
  });

  it('accepts what was appended and nothing that was tampered with', async () => {
    const events = fc
      .array(
        fc.tuple(
          fc.constantFrom(...AUDIT_EVENT_TYPES),
          fc.dictionary(fc.string(), fc.jsonValue()),
          fc.string({ unit: 'binary' }),
        ),
      )
      .map((list) => list.map(([type, data, subject], place) => redact(event(place, { type, data, subject }))));
    await fc.assert(
      fc.asyncProperty(events, fc.nat(), fc.nat(3), async (given, at, kind) => {
        const links = chained(given);
        const head = headOf(links);
        expect(await verifyChain(links, head)).toMatchObject({ ok: true, count: given.length });
        fc.pre(links.length > 0);
        const place = at % links.length;
        const link = links[place]!;
        const tampered = [
          () => links.toSpliced(place, 1),
          () => links.with(place, { ...link, subject: `${link.subject}!` }),
          () => links.toSpliced(place, 0, link),
          () => chained(given.toSpliced(place, 1)),
        ][kind]!();
        expect(await verifyChain(tampered, head)).toMatchObject({ ok: false });
      }),
    );
  });
});

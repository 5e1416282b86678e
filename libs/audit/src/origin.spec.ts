import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  canonicalAddress,
  CHAIN_START,
  chainHash,
  eventDigest,
  isOrigin,
  keptSince,
  originOf,
  verifyChain,
} from './index.ts';
import type { AuditEvent, ChainedEvent, Client } from './index.ts';

const salt = '000102030405060708090a0b0c0d0e0f';

describe('canonicalAddress', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:0207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:10.0.0.255', '10.0.0.255'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['2001:db8:0:1:0:0:0:7', '2001:db8:0:1::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
    ['::192.0.2.7', '::c000:207'],
  ])('%s is %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
    expect(canonicalAddress(address)).toBe(address);
  });

  it.each([undefined, '', 'unknown', '192.0.2', '192.0.2.7:443', '010.0.0.1', '[::1]', '::1/64', 'a\u0000b'])(
    '%p is none',
    (text) => {
      expect(canonicalAddress(text)).toBeUndefined();
    },
  );
});

describe('originOf', () => {
  it('is the one of the vector', () => {
    const path = join(import.meta.dirname, '../cases/chain-with-origins/events.json');
    const events = JSON.parse(readFileSync(path, 'utf8')) as { origin?: string; client?: Client }[];
    expect(events.map(({ client }) => client && originOf(client))).toEqual(events.map(({ origin }) => origin));
    // (printf 'rolecall audit origin v1\0'; printf 000102030405060708090a0b0c0d0e0f | xxd -r -p; printf 192.0.2.7) | sha256sum
    expect(events[0]?.origin).toBe('1015ae5f7d25d7b32d90439fd0b950b43f18aab22e152c401d2fd4a858ef030c');
  });

  it('fits nothing but the same address and salt', () => {
    const origin = originOf({ address: '192.0.2.7', salt });
    expect(isOrigin(origin, { address: '192.0.2.7', salt })).toBe(true);
    for (const client of [
      { address: '192.0.2.8', salt },
      { address: '192.0.2.7', salt: salt.replace('0f', '0e') },
      { address: '2.7', salt: `${salt}3139322e302e` }, // the same bytes, cut elsewhere
      { address: '::ffff:192.0.2.7', salt },
      { address: '192.0.2.7', salt: salt.toUpperCase() },
      { address: 7, salt: null } as unknown as Client,
    ])
      expect(isOrigin(origin, client)).toBe(false);
    expect(isOrigin(undefined, { address: '192.0.2.7', salt })).toBe(false);
  });
});

describe('a chain with origins', () => {
  const client = fc.record({
    address: fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalAddress(text) ?? ''),
    salt: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  });
  const clients = fc.array(fc.option(client, { nil: undefined }), { minLength: 1, maxLength: 12 });

  /** @param last - what the last of them is otherwise */
  function chained(of: readonly (Client | undefined)[], last: Partial<AuditEvent> = {}): ChainedEvent[] {
    let hash = CHAIN_START;
    return of.map((from, place) => {
      const event: AuditEvent = {
        type: 'login.succeeded',
        at: new Date(Date.UTC(2026, 0, 15, 12, place)),
        actor: { kind: 'user', id: `user-${place}` },
        subject: `user-${place}`,
        data: {},
        ...(from && { origin: originOf(from) }),
        ...(place === of.length - 1 && last),
      };
      const digest = eventDigest(event);
      hash = chainHash(hash, digest);
      return { ...event, seq: place + 1, digest, hash, ...(from && { client: from }) };
    });
  }

  function erased(link: ChainedEvent): ChainedEvent {
    const { client: _, ...event } = link;
    return event;
  }

  it('is whole whichever addresses are erased, under the head from before', async () => {
    await fc.assert(
      fc.asyncProperty(clients, fc.array(fc.boolean()), async (of, gone) => {
        const links = chained(of);
        const { head } = (await verifyChain(links)) as { head: { seq: number; hash: string } };
        const left = links.map((link, place) => (gone[place] ? erased(link) : link));
        const proved = left.filter((link) => link.client).length;
        const all = links.filter((link) => link.origin !== undefined).length;
        const verdict = { ok: true, clients: { proved, erased: all - proved } };
        expect(await verifyChain(left, head)).toMatchObject(verdict);
      }),
    );
  });

  it('says which were erased although they were to be kept still', async () => {
    const from: Client = { address: '192.0.2.7', salt: '0'.repeat(32) };
    const links = chained([from, from, undefined, from, from]);
    const left = links.map((link) => (link.seq < 5 ? erased(link) : link));
    expect(await verifyChain(left)).toMatchObject({ clients: { proved: 1, erased: 3 } });
    const since = (at: Date | undefined) => verifyChain(left, undefined, at);
    expect(await since(links[1]?.at)).toMatchObject({ ok: true, clients: { early: { count: 2, firstSeq: 2 } } });
    expect(await since(links[4]?.at)).toEqual(await verifyChain(left));
  });

  it('does not count those that the owner erased on request, which the log says, and counts the others', async () => {
    const from: Client = { address: '192.0.2.7', salt: '0'.repeat(32) };
    const other: Client = { address: '192.0.2.8', salt: '0'.repeat(32) };
    const data = { clients: 1, origins: [originOf(from)] };
    const links = chained([from, other, from], { type: 'audit.address_erased', data });
    const since = links[0]?.at;
    const onRequest = links.map((link) => (link.seq === 2 ? link : erased(link)));
    expect(await verifyChain(onRequest, undefined, since)).toMatchObject({ clients: { proved: 1, onRequest: 2 } });
    expect((await verifyChain(onRequest, undefined, since)) as object).not.toHaveProperty('clients.early');
    expect(await verifyChain(links.map(erased), undefined, since)).toMatchObject({
      clients: { proved: 0, erased: 3, onRequest: 2, early: { count: 1, firstSeq: 2 } },
    });
  });

  it.each([
    [90, '2026-08-25'],
    [1, '2026-11-22'],
    [0, '2026-11-23'],
  ])('of events since a day they are to be there, where they are kept for %i days', (days, day) => {
    expect(keptSince(new Date('2026-11-22T23:59:59.999Z'), days)).toEqual(new Date(`${day}T00:00:00.000Z`));
  });

  it('is not whole once an address or a salt is another one, wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(clients, client, fc.nat(), fc.nat(3), async (of, other, at, kind) => {
        const links = chained(of);
        const place = at % links.length;
        const link = links[place]!;
        const was = link.client;
        fc.pre(was?.address !== other.address && was?.salt !== other.salt && (kind === 0 || was !== undefined));
        const tampered = [
          { ...link, client: other },
          { ...link, client: { ...was!, address: other.address } },
          { ...link, client: { ...was!, salt: other.salt } },
          { ...link, client: other, origin: originOf(other) },
        ][kind]!;
        const code = kind === 3 ? 'edited_event' : 'changed_address';
        expect(await verifyChain(links.with(place, tampered))).toMatchObject({ ok: false, seq: place + 1, code });
      }),
    );
  });

  it('does not let the commitment be taken away or put in later', async () => {
    const [with1, without] = chained([{ address: '192.0.2.7', salt }, undefined]);
    const { origin: _, client: __, ...bare } = with1!;
    expect(await verifyChain([bare])).toMatchObject({ ok: false, seq: 1, code: 'edited_event' });
    const added = { ...without!, origin: with1!.origin! };
    expect(await verifyChain([with1!, added])).toMatchObject({ ok: false, seq: 2, code: 'edited_event' });
  });
});

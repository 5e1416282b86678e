import type { DeclaredMetadata, OrganizationSpec } from '@rolecall/org-config';
import type { NewRevision } from '@rolecall/reconcile';
import { connected, document, later, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import type { MetadataClaim, MetadataInUse, RefreshResult } from '../stores/metadata.ts';

const test = useTestDatabase();
const HOUR = 3600;
const OLD = '<old/>';
const NEW = '<new/>';
const NEWER = '<newer/>';

const URL = { url: 'https://idp.example.com/m' };
const withIdp = (metadata: DeclaredMetadata, name = 'okta', more: object = {}): OrganizationSpec => ({
  identityProviders: { [name]: { type: 'saml', metadata, ...more } },
});
const store = () => test.current.database.metadata;
let names = 0;

/** An organization whose one IdP has the metadata OLD, behind a URL. */
async function seeded(): Promise<{ organizationId: string; identityProvider: string; name: string }> {
  const name = `acme-${names++}`;
  const head = await seedOrganization(test.current.database, document(name, withIdp(URL)), {
    metadataXml: OLD,
    now: NOW,
  });
  return { organizationId: head.id, identityProvider: 'okta', name };
}

/** An apply that was prepared with OLD. */
async function apply(
  at: { organizationId: string; name: string },
  base: number,
  spec: OrganizationSpec,
  rename?: { from: string; to: string },
): Promise<void> {
  const providers = Object.keys(spec.identityProviders ?? {});
  const revision: NewRevision = {
    document: document(at.name, spec),
    digest: JSON.stringify(spec),
    origin: { actor: 'ci' },
    identityProviders: Object.fromEntries(providers.map((provider) => [provider, { metadataXml: OLD }])),
  };
  const reconciler = test.current.database.reconcileState({ actor: 'ci', now: later(HOUR) });
  await reconciler.transaction('commit', async (state) => {
    if (rename) await state.signIns.renameIdentityProvider(at.organizationId, rename.from, rename.to);
    await state.addRevision(at.organizationId, base, revision);
  });
}

async function claim(at: { organizationId: string; identityProvider: string }, now = NOW): Promise<MetadataClaim> {
  const claimed = await store().claim(at, 'administrator', now);
  if (typeof claimed === 'string') throw new Error(claimed);
  return claimed;
}

async function inUse(at: { organizationId: string; identityProvider: string }): Promise<MetadataInUse> {
  const found = await store().read(at);
  if (!found) throw new Error('nothing is in use');
  return found;
}

const use = (xml: string): RefreshResult => ({ outcome: 'use', xml, event: undefined });
const hold = (xml: string): RefreshResult => {
  const event = { type: 'metadata.held' as const, data: {} };
  return { outcome: 'hold', xml, digest: `digest of ${xml}`, code: 'metadata_all_keys_replaced', event };
};
const schedule = { dueAt: later(6 * HOUR) };

const settle = async (at: { organizationId: string; identityProvider: string }, result: RefreshResult) =>
  store().settle(await claim(at), await inUse(at), result, schedule, NOW);

const state = async (at: { organizationId: string }) => (await store().states(at.organizationId))[0];

describe('a refresh and an apply', () => {
  it('an apply that was prepared with older metadata keeps the newer', async () => {
    const acme = await seeded();
    expect(await settle(acme, use(NEW))).toBe('written');
    await apply(acme, 1, withIdp({ ...URL, refresh: '1h' }));
    expect((await inUse(acme)).xml).toBe(NEW);
  });

  it('an apply keeps what is held, and drops it with another source', async () => {
    const acme = await seeded();
    await settle(acme, hold(NEW));
    await apply(acme, 1, withIdp(URL, 'okta', { displayName: 'Okta' }));
    expect((await state(acme))?.held).toMatchObject({ xml: NEW, since: NOW });
    await apply(acme, 2, withIdp({ ...URL, entityId: 'https://idp.example.com' }));
    expect(await state(acme)).toMatchObject({ metadataXml: OLD, held: undefined });
  });

  it('a refresh that judged what is no longer in use writes nothing', async () => {
    const acme = await seeded();
    const judged = await inUse(acme);
    await settle(acme, use(NEW));
    expect(await store().settle(await claim(acme), judged, use(NEWER), schedule, NOW)).toBe('overtaken');
    expect(await store().settle(await claim(acme), judged, hold(NEWER), schedule, NOW)).toBe('written');
    expect(await state(acme)).toMatchObject({ metadataXml: NEW, held: undefined });
  });

  it('a claim that an apply or time has ended writes nothing', async () => {
    const acme = await seeded();
    const late = await claim(acme);
    const judged = await inUse(acme);
    const other = await claim(acme, later(61));
    expect(await store().settle(late, judged, use(NEW), schedule, NOW)).toBe('overtaken');
    await apply(acme, 1, withIdp({ url: 'https://idp.example.com/moved' }));
    expect(await store().settle(other, judged, use(NEW), schedule, NOW)).toBe('overtaken');
    expect((await inUse(acme)).xml).toBe(OLD);
  });

  it('what was held and is accepted must still be held', async () => {
    const acme = await seeded();
    await settle(acme, hold(NEW));
    const seen = await inUse(acme);
    const event = { type: 'metadata.accepted' as const, data: {} };
    const accept = (digest: string) =>
      store().accept(
        acme,
        { digest, inUse: seen, certificatesExpireAt: undefined },
        event,
        { kind: 'token', id: '1' },
        NOW,
      );
    expect(await accept('digest of something else')).toBe('overtaken');
    expect(await accept(`digest of ${NEW}`)).toBe('written');
    expect(await accept(`digest of ${NEW}`)).toBe('overtaken');
    expect(await state(acme)).toMatchObject({ metadataXml: NEW, held: undefined, refresh: { errorCode: undefined } });
  });
});

describe('the schedule follows the identity provider', () => {
  it('to a new name', async () => {
    const acme = await seeded();
    await settle(acme, { outcome: 'failed', code: 'outbound_timeout' });
    await apply(acme, 1, withIdp(URL, 'entra', { previously: ['okta'] }), { from: 'okta', to: 'entra' });
    expect(await state(acme)).toMatchObject({
      identityProvider: 'entra',
      refresh: { failures: 1, errorCode: 'outbound_timeout', dueAt: later(HOUR) },
    });
  });

  it('away from a URL: nothing is fetched any more', async () => {
    const acme = await seeded();
    await apply(acme, 1, withIdp({ xml: OLD }));
    expect((await state(acme))?.refresh).toMatchObject({ dueAt: undefined });
    expect(await store().claim(acme, 'administrator', later(24 * HOUR))).toBe('not_refreshed');
    expect(await store().read(acme)).toBeUndefined();
  });

  it('to its end, and to the end of the organization', async () => {
    const [acme, globex] = [await seeded(), await seeded()];
    const rows = () =>
      connected(test.current.ownerUrl, async (owner) => {
        const ids = [acme.organizationId, globex.organizationId];
        return (await owner.query('select from metadata_refreshes where org_id = any($1)', [ids])).rowCount;
      });
    expect(await rows()).toBe(2);
    await apply(acme, 1, {});
    expect(await rows()).toBe(1);
    const reconciler = test.current.database.reconcileState({ actor: 'ci', now: NOW });
    await reconciler.transaction('commit', (tx) => tx.delete(globex.organizationId));
    expect(await rows()).toBe(0);
  });
});

it('a login asks once in five minutes, and never while somebody fetches', async () => {
  const acme = await seeded();
  const ask = (seconds: number) => store().claim(acme, 'login', later(seconds));
  const first = await ask(0);
  expect(first).toMatchObject({ identityProvider: 'okta', refreshSeconds: 6 * HOUR });
  expect([await ask(1), await store().isInFlight(acme, later(1))]).toEqual(['in_flight', true]);
  await store().settle(first as MetadataClaim, await inUse(acme), { outcome: 'unchanged' }, schedule, NOW);
  expect([await ask(2), await store().isInFlight(acme, later(2))]).toEqual(['too_soon', false]);
  expect(await ask(299)).toBe('too_soon');
  expect(await ask(301)).toMatchObject({ identityProvider: 'okta' });
});

import type { NewRevision } from '@rolecall/reconcile';
import type { OrganizationSpec } from '@rolecall/org-config';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const okta = { type: 'saml', metadata: { xml: METADATA_XML } } as const;
const BOTH: OrganizationSpec = { ...OKTA, identityProviders: { okta, google: okta } };
const hash = (text: string) => Buffer.alloc(32, text);

function revision(name: string, spec: OrganizationSpec): NewRevision {
  const providers = Object.keys(spec.identityProviders ?? {});
  const identityProviders = Object.fromEntries(providers.map((provider) => [provider, { metadataXml: METADATA_XML }]));
  return { document: document(name, spec), digest: JSON.stringify(spec), origin: { actor: 'ci' }, identityProviders };
}

const apply = (id: string, base: number, changed: NewRevision, end: 'commit' | 'rollback' = 'commit') =>
  test.current.database
    .reconcileState({ actor: 'ci', now: NOW })
    .transaction(end, (state) => state.addRevision(id, base, changed));

/** Signs in through an IdP, without any grants, as under `managedBy: app`; `during` runs before the session is opened. */
async function signIn(id: string, identityProvider: string, during = async () => {}): Promise<void> {
  const by = subject('eve', identityProvider);
  await test.current.database.inOrganization(id, async (tx) => {
    const known = await tx.findUserBySubject(by);
    const user = known ?? (await tx.createUser(by, {}, {}, NOW)).user;
    await during();
    const session = { sessionIndex: undefined, openedAt: NOW, expiresAt: later(3600), idleSeconds: 600 };
    const tokenHash = hash(identityProvider);
    await tx.openSession({ ...session, tokenHash, userId: user.userId, subject: by, announcement: undefined });
  });
}

const signedIn = async (id: string) => {
  const check = (by: string) => test.current.database.sessions.check(id, hash(by), NOW);
  return { okta: (await check('okta')) !== undefined, google: (await check('google')) !== undefined };
};

const seed = (name: string) =>
  seedOrganization(test.current.database, document(name, BOTH), { metadataXml: METADATA_XML });

const WITHOUT_OKTA: readonly (readonly [string, OrganizationSpec])[] = [
  ['disabled', { ...BOTH, identityProviders: { okta: { ...okta, enabled: false }, google: okta } }],
  ['removed', { ...BOTH, identityProviders: { google: okta } }],
];

describe.each(WITHOUT_OKTA)('an IdP that is %s', (how, spec) => {
  it('loses the sessions that it opened, and they are counted in the audit log; those of others go on', async () => {
    const { id } = await seed(`lost-${how}`);
    await signIn(id, 'okta');
    await signIn(id, 'google');
    expect(await signedIn(id)).toEqual({ okta: true, google: true });
    await apply(id, 1, revision(`lost-${how}`, spec));
    expect(await signedIn(id)).toEqual({ okta: false, google: true });
    const trail = await test.current.database.inOrganization(id, (tx) => tx.auditTrail(0, 10));
    expect(trail.at(-1)).toMatchObject({
      type: 'session.revoked',
      actor: { kind: 'token', id: 'ci' },
      subject: id,
      data: { reason: 'identity_provider_disabled', sessions: 1 },
    });
    await apply(id, 2, revision(`lost-${how}`, BOTH));
    expect(await signedIn(id)).toEqual({ okta: false, google: true });
  });

  it('opens no session for a login that began before', async () => {
    const { id } = await seed(`late-${how}`);
    const late = signIn(id, 'okta', async () => void (await apply(id, 1, revision(`late-${how}`, spec))));
    await expect(late).rejects.toMatchObject({ name: 'PersistenceError', code: 'stale_revision' });
  });

  it('has no live session either when the login commits after the apply', async () => {
    const { id } = await seed(`raced-${how}`);
    await signIn(id, 'google');
    await apply(id, 1, revision(`raced-${how}`, spec));
    // stands for the session of a login that had not committed when the apply ended the others
    await connected(test.current.ownerUrl, (owner) =>
      owner.query(
        `insert into sessions (org_id, token_hash, user_id, identity_provider, name_id_format, name_id, opened_at,
                               expires_at, idle_seconds, idle_expires_at)
         select org_id, $2, user_id, 'okta', name_id_format, name_id, opened_at, expires_at, idle_seconds, idle_expires_at
         from sessions where org_id = $1`,
        [id, hash('okta')],
      ),
    );
    expect(await signedIn(id)).toEqual({ okta: false, google: true });
  });

  it('keeps its sessions in a plan', async () => {
    const { id } = await seed(`planned-${how}`);
    await signIn(id, 'okta');
    await apply(id, 1, revision(`planned-${how}`, spec), 'rollback');
    expect(await signedIn(id)).toMatchObject({ okta: true });
  });
});

import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { IdentityProvider, OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { ReconcileError, reconcile, secretFingerprint } from '../index.ts';
import type { ReconcileProblem, ReconcileRequest } from '../index.ts';
import { EVIDENCE_DAYS } from './sso-guard.ts';
import { memoryFingerprintKey, MemoryStateStore } from '../testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 24 * 60 * 60 * 1000);

const saml = (host: string, more: object = {}): IdentityProvider => ({
  type: 'saml',
  metadata: { url: `https://${host}/metadata` },
  ...more,
});
const OKTA = { okta: saml('okta.example') };
const BOTH = { ...OKTA, entra: saml('entra.example') };

const SSO_ADMIN = { scope: 'account/main', role: 'sso_admin' };
/** Administrators have their role by what the identity provider says. */
const POLICY: OrganizationSpec = {
  scopes: { 'account/main': {} },
  authorization: {
    unmatched: 'defaults',
    rules: [{ name: 'admins', when: { attribute: 'admin', present: true }, grants: { 'account/main': ['sso_admin'] } }],
  },
};

function document(identityProviders: OrganizationSpec['identityProviders'], enforceSso: boolean): OrganizationDocument {
  const spec = { identityProviders, ...POLICY, login: { enforceSso, recoveryAdmins: ['it@acme.com'] } };
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name: 'acme' }, spec });
}

/** The digest of a connection is its metadata's address here. */
function request(wanted: OrganizationDocument): ReconcileRequest {
  const declared = Object.entries(wanted.spec.identityProviders ?? {});
  const identityProviders = Object.fromEntries(
    declared.map(([name, provider]) => [
      name,
      { connectionDigest: JSON.stringify('metadata' in provider && provider.metadata) },
    ]),
  );
  const digest = documentDigest(wanted);
  return {
    collection: 'default',
    organizations: [{ document: wanted, digest, file: 'acme.yaml', identityProviders }],
    unchangedFiles: [],
    files: [{ path: 'acme.yaml', digest, organizations: ['acme'] }],
    prune: false,
    origin: { actor: 'ci' },
  };
}

let store: MemoryStateStore;
beforeEach(() => {
  store = new MemoryStateStore();
});

const apply = (wanted: OrganizationDocument, more: Partial<ReconcileRequest> = {}) =>
  store.transaction('commit', (state) => reconcile(state, { ...request(wanted), ...more }, NOW));

async function refusal(
  wanted: OrganizationDocument,
  more: Partial<ReconcileRequest> = {},
): Promise<ReconcileProblem | undefined> {
  const error: unknown = await apply(wanted, more).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ReconcileError ? error.problems[0] : undefined;
}

/** Somebody whose identity provider makes an administrator, or nobody in particular. */
const addUser = (identityProvider = 'okta', { admin = true, active = true } = {}) =>
  store.addUser('acme', {
    identityProvider,
    active,
    facts: admin ? { admin: ['yes'] } : {},
    grants: admin ? [SSO_ADMIN] : [],
  });

/** Somebody got in, so many days ago, through the connection with this metadata. */
const signIn = (identityProvider: string, days: number, host = `${identityProvider}.example`) =>
  store.addEvidence('acme', identityProvider, {
    connectionDigest: JSON.stringify({ url: `https://${host}/metadata` }),
    at: daysAgo(days),
  });

describe('turning enforceSso on', () => {
  it('is refused for a new organization, with what to do', async () => {
    expect(await refusal(document(OKTA, true))).toEqual({
      code: 'sso_not_tested',
      organization: 'acme',
      pointer: '/spec/login/enforceSso',
      message: expect.stringContaining('rolecall test-sso acme okta'),
    });
  });

  it.each<[string, () => void]>([
    ['nobody signed in', () => undefined],
    ['the sign-in is too old', () => signIn('okta', EVIDENCE_DAYS + 1)],
    ['the sign-in was through another connection', () => signIn('okta', 1, 'old.example')],
    ['the sign-in was through another identity provider', () => signIn('entra', 1)],
  ])('is refused when %s', async (_, before) => {
    await apply(document(OKTA, false));
    before();
    expect(await refusal(document(OKTA, true))).toMatchObject({ code: 'sso_not_tested' });
  });

  it('is refused when the plan itself changes the connection that was tested', async () => {
    await apply(document(OKTA, false));
    signIn('okta', 1);
    expect(await refusal(document({ okta: saml('new.example') }, true))).toMatchObject({ code: 'sso_not_tested' });
  });

  it('is refused when the tested identity provider is switched off by it', async () => {
    await apply(document(BOTH, false));
    signIn('okta', 1);
    const off = { ...BOTH, okta: saml('okta.example', { enabled: false }) };
    expect(await refusal(document(off, true))).toMatchObject({ message: expect.stringContaining('acme entra') });
  });

  it('is possible when somebody signed in through the connection as it is', async () => {
    await apply(document(BOTH, false));
    addUser();
    signIn('okta', EVIDENCE_DAYS);
    expect(await refusal(document(BOTH, true))).toBeUndefined();
  });

  it('follows an identity provider that the same plan renames', async () => {
    await apply(document(OKTA, false));
    addUser();
    signIn('okta', 1);
    expect(await refusal(document({ main: saml('okta.example', { previously: ['okta'] }) }, true))).toBeUndefined();
  });
});

describe('a client secret', () => {
  const GOOGLE: IdentityProvider = {
    type: 'oidc',
    issuer: 'https://op.example',
    clientId: 'rolecall',
    clientSecret: { fromEnv: 'GOOGLE_SECRET' },
  };
  const POINTER = '/spec/identityProviders/google/clientSecret';

  /** As the server makes it of a document and the secret that the command line has at hand. */
  function withSecret(enforceSso: boolean, clientSecret: string): ReconcileRequest {
    const { organizations, ...rest } = request(document({ google: GOOGLE }, enforceSso));
    const at = { collection: 'default', organization: 'acme', pointer: POINTER };
    const secrets = { [POINTER]: secretFingerprint(memoryFingerprintKey('default'), at, clientSecret) };
    const identityProviders = { google: { clientSecret, connectionDigest: 'ab' } };
    return { ...rest, organizations: organizations.map((one) => ({ ...one, identityProviders, secrets })) };
  }
  const applySecret = (wanted: ReconcileRequest) =>
    store.transaction('commit', (state) => reconcile(state, wanted, NOW));

  beforeEach(async () => {
    await applySecret(withSecret(false, 'one'));
    addUser('google');
    store.addEvidence('acme', 'google', { connectionDigest: 'ab', at: daysAgo(1) });
  });

  it('that is the one which was tested lets enforceSso be turned on', async () => {
    expect((await applySecret(withSecret(true, 'one'))).summary.update).toBe(1);
  });

  it('that the same plan changes was not tested', async () => {
    await expect(applySecret(withSecret(true, 'two'))).rejects.toMatchObject({ code: 'sso_not_tested' });
  });

  it('that an earlier apply changed was not tested', async () => {
    await applySecret(withSecret(false, 'two'));
    await expect(applySecret(withSecret(true, 'two'))).rejects.toMatchObject({ code: 'sso_not_tested' });
  });
});

describe('while enforceSso is on', () => {
  beforeEach(async () => {
    await apply(document(BOTH, false));
    addUser('entra');
    signIn('okta', 1);
    await apply(document(BOTH, true));
  });

  it('the only identity provider that is known to work stays', async () => {
    const { entra } = BOTH;
    expect(await refusal(document({ entra }, true))).toMatchObject({
      code: 'sso_not_tested',
      message: expect.stringMatching(/takes away okta.*test-sso acme entra/),
    });
  });

  it('lets it go when another one worked', async () => {
    const { entra } = BOTH;
    signIn('entra', 300);
    expect(await refusal(document({ entra }, true))).toBeUndefined();
  });

  it('lets it be set up anew: certificates change', async () => {
    expect(await refusal(document({ ...BOTH, okta: saml('new.example') }, true))).toBeUndefined();
  });

  it('lets it be renamed, and enforceSso be turned off', async () => {
    const { entra } = BOTH;
    expect(
      await refusal(document({ entra, main: saml('okta.example', { previously: ['okta'] }) }, true)),
    ).toBeUndefined();
    expect(await refusal(document({ entra }, false))).toBeUndefined();
  });
});

describe('somebody who can look after the sign-in', () => {
  const NO_ADMIN = { code: 'no_sso_admin', organization: 'acme', pointer: '/spec/login/enforceSso' };
  const withRules = (enforceSso: boolean, change: Partial<OrganizationSpec>): OrganizationDocument => {
    const wanted = document(BOTH, enforceSso);
    return normalize({ ...wanted, spec: { ...wanted.spec, ...change } });
  };

  beforeEach(async () => {
    await apply(document(BOTH, false));
    signIn('okta', 1);
    signIn('entra', 1);
  });

  it.each<[string, () => void]>([
    ['nobody is there', () => undefined],
    ['nobody has the role', () => addUser('okta', { admin: false })],
    ['who has it is disabled', () => addUser('okta', { active: false })],
  ])('is needed to turn enforceSso on: %s', async (_, before) => {
    before();
    expect(await refusal(document(BOTH, true))).toMatchObject(NO_ADMIN);
    expect(store.organizations()[0]?.head.revision).toBe(1);
  });

  it('may be made by the very plan that turns it on, also of somebody who has no role yet', async () => {
    const found = store.addUser('acme', { identityProvider: 'okta', facts: { department: ['IT'] } });
    const rules = [
      { name: 'it', when: { attribute: 'department', equals: 'IT' }, grants: { 'account/main': ['sso_admin'] } },
    ];
    const authorization = { ...POLICY.authorization, rules };
    expect(await refusal(withRules(true, { authorization }))).toBeUndefined();
    expect(store.user('acme', found)?.grants).toMatchObject([SSO_ADMIN]);
  });

  it('is not taken away by the very plan that turns it on', async () => {
    addUser();
    const authorization = { ...POLICY.authorization, rules: [] };
    expect(await refusal(withRules(true, { authorization }))).toMatchObject(NO_ADMIN);
  });

  it('stays while it is on, whatever takes the role: a rule, an identity provider, a scope', async () => {
    addUser();
    expect(await refusal(document(BOTH, true))).toBeUndefined();
    const last = { ...NO_ADMIN, message: expect.stringContaining('the last active user') };
    const none = { ...POLICY.authorization, rules: [] };
    const meant = { allowReplace: true };
    expect(await refusal(withRules(true, { authorization: none }))).toMatchObject(last);
    expect(await refusal(withRules(true, { identityProviders: { entra: BOTH.entra } }), meant)).toMatchObject(last);
    const app = { managedBy: 'app' as const };
    expect(await refusal(withRules(true, { authorization: app }))).toBeUndefined();
    expect(await refusal(withRules(true, { authorization: app, scopes: {} }))).toMatchObject(last);
  });

  it('is not missed in an organization that has none anyway, nor where SSO is not enforced', async () => {
    const userId = addUser();
    expect(await refusal(document(BOTH, true))).toBeUndefined();
    store.user('acme', userId)!.active = false;
    expect(await refusal(withRules(true, { displayName: 'Acme' }))).toBeUndefined();
    const none = { ...POLICY.authorization, rules: [] };
    expect(await refusal(withRules(false, { authorization: none }))).toBeUndefined();
  });

  it('counts for a plan as for an apply', async () => {
    addUser();
    const authorization = { ...POLICY.authorization, rules: [] };
    const wanted = request(withRules(true, { authorization }));
    const plan = store.transaction('rollback', (state) => reconcile(state, wanted, NOW));
    await expect(plan).rejects.toMatchObject({ code: 'no_sso_admin' });
  });
});

it('enforceSso without a recovery admin is refused, also where no file says it', async () => {
  await apply(document(OKTA, false));
  addUser();
  signIn('okta', 1);
  const { spec, ...rest } = document(OKTA, true);
  const without = normalize({ ...rest, spec: { ...spec, login: { enforceSso: true } } });
  expect(await refusal(without)).toMatchObject({ code: 'no_recovery_admin', pointer: '/spec/login/enforceSso' });
});

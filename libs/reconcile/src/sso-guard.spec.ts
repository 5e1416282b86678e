import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { IdentityProvider, OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { ReconcileError, reconcile, secretFingerprint } from './index.ts';
import type { ReconcileProblem, ReconcileRequest } from './index.ts';
import { EVIDENCE_DAYS } from './sso-guard.ts';
import { memoryFingerprintKey, MemoryStateStore } from './testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 24 * 60 * 60 * 1000);

const saml = (host: string, more: object = {}): IdentityProvider => ({
  type: 'saml',
  metadata: { url: `https://${host}/metadata` },
  ...more,
});
const OKTA = { okta: saml('okta.example') };
const BOTH = { ...OKTA, entra: saml('entra.example') };

function document(identityProviders: OrganizationSpec['identityProviders'], enforceSso: boolean): OrganizationDocument {
  const spec = { identityProviders, login: { enforceSso } };
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

const apply = (wanted: OrganizationDocument) =>
  store.transaction('commit', (state) => reconcile(state, request(wanted), NOW));

async function refusal(wanted: OrganizationDocument): Promise<ReconcileProblem | undefined> {
  const error: unknown = await apply(wanted).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ReconcileError ? error.problems[0] : undefined;
}

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
    signIn('okta', EVIDENCE_DAYS);
    expect(await refusal(document(BOTH, true))).toBeUndefined();
  });

  it('follows an identity provider that the same plan renames', async () => {
    await apply(document(OKTA, false));
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

import passport from 'passport';

import {
  HardenedSamlStrategy,
  parseIdpMetadata,
  SamlError,
  type SamlConnection,
  type VerifiedAssertion,
  type VerifiedCallback,
} from '../index.ts';
import { TEST_EC_KEY, TestIdp } from '../testing/index.ts';
import { HardenedSaml } from './hardened-saml.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const connectionFor = (organization: string): SamlConnection => ({
  id: `${organization}/okta`,
  spEntityId: `https://login.example/saml/${organization}/okta/metadata`,
  acsUrl: `https://login.example/saml/${organization}/okta/acs`,
  idp: parseIdpMetadata(idp.metadata(), { now: NOW }),
  forceAuthn: false,
});
const response = (organization: string) =>
  idp.respond({ connection: connectionFor(organization), inResponseTo: '_request', nameId: 'eve@acme.com', now: NOW });

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly query: object;
  readonly body: Record<string, unknown>;
  readonly params: { readonly org: string };
}
const post = (organization: string, body: Record<string, unknown>): Request => ({
  method: 'POST',
  url: `/saml/${organization}/okta/acs`,
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  query: {},
  body,
  params: { org: organization },
});

/** Runs the strategy as Passport does, through Passport. */
function authenticate(strategy: HardenedSamlStrategy, req: Request): Promise<unknown> {
  const authenticator = new passport.Passport();
  authenticator.use(strategy);
  return new Promise((resolve, reject) => {
    const middleware = authenticator.authenticate('saml', { session: false }, (error: unknown, user: unknown) =>
      error ? reject(error) : resolve(user),
    );
    middleware(req, {}, reject);
  });
}

type Verify = (req: Request, assertion: VerifiedAssertion, done: VerifiedCallback) => void;
const accept: Verify = (_req, assertion, done) =>
  done(null, { nameId: assertion.nameId.value, connectionId: assertion.connectionId });
const strategy = (verify: Verify = accept, connectionOf = async (req: Request) => connectionFor(req.params.org)) =>
  new HardenedSamlStrategy({ connectionOf, clock: () => NOW }, verify as never);

describe('HardenedSamlStrategy', () => {
  it('gives the verified assertion and the request to the verify function', async () => {
    const req = post('acme', { SAMLResponse: response('acme'), RelayState: 'handle' });
    const seen: unknown[] = [];
    const user = await authenticate(
      strategy((got, assertion, done) => {
        seen.push(got);
        accept(got, assertion, done);
      }),
      req,
    );
    expect(user).toEqual({ nameId: 'eve@acme.com', connectionId: 'acme/okta' });
    expect(seen).toEqual([req]);
  });

  it('refuses the answer to another organization, though the same IdP key signed it', async () => {
    await expect(authenticate(strategy(), post('globex', { SAMLResponse: response('acme') }))).rejects.toMatchObject({
      code: 'destination_mismatch',
    });
  });

  it.each([
    ['resolves', undefined],
    ['idp_key_unusable', 'node-saml'],
  ] as const)('verifies by the engine that it is told: %s', async (outcome, verifier) => {
    const elliptic = new TestIdp({ key: TEST_EC_KEY });
    const connection = { ...connectionFor('acme'), idp: parseIdpMetadata(elliptic.metadata(), { now: NOW }) };
    const signature = { algorithm: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256' };
    const SAMLResponse = elliptic.respond({ connection, inResponseTo: '_r', nameId: 'eve', now: NOW, signature });
    const told = new HardenedSamlStrategy(
      { connectionOf: async () => connection, clock: () => NOW, verifier },
      (_req, assertion, done) => done(null, assertion),
    );
    const got = authenticate(told, post('acme', { SAMLResponse })).then(
      () => 'resolves',
      (error: SamlError) => error.code,
    );
    await expect(got).resolves.toBe(outcome);
  });

  it('keeps concurrent logins apart', async () => {
    const shared = strategy();
    const organizations = ['acme', 'globex', 'initech'];
    const users = await Promise.all(
      organizations.map((name) => authenticate(shared, post(name, { SAMLResponse: response(name) }))),
    );
    expect(users).toEqual(organizations.map((name) => ({ nameId: 'eve@acme.com', connectionId: `${name}/okta` })));
  });

  it.each([
    ['saml_response_missing', {}],
    ['saml_response_repeated', { SAMLResponse: ['a', 'b'] }],
    ['saml_request_not_allowed', { SAMLResponse: 'x', SAMLRequest: 'x' }],
    ['relay_state_invalid', { SAMLResponse: 'x', RelayState: ['a', 'b'] }],
    ['relay_state_invalid', { SAMLResponse: 'x', RelayState: 'x'.repeat(81) }],
    ['response_not_base64', { SAMLResponse: 'x' }],
    ['response_too_large', { SAMLResponse: 'A'.repeat(400_000) }],
  ])('refuses a form by %s', async (code, body) => {
    await expect(authenticate(strategy(), post('acme', body))).rejects.toMatchObject({ name: 'SamlError', code });
  });

  it('hands on what connectionOf and the verify function fail with', async () => {
    const failure = new Error('no such organization');
    const unknown = strategy(accept, async () => Promise.reject(failure));
    await expect(authenticate(unknown, post('acme', { SAMLResponse: response('acme') }))).rejects.toBe(failure);
    const refusing = strategy((_req, _assertion, done) => done(new SamlError('replayed_assertion', 'Used.')));
    await expect(authenticate(refusing, post('acme', { SAMLResponse: response('acme') }))).rejects.toMatchObject({
      code: 'replayed_assertion',
    });
    const throwing = strategy(() => {
      throw failure;
    });
    await expect(authenticate(throwing, post('acme', { SAMLResponse: response('acme') }))).rejects.toBe(failure);
  });

  it('has no user when the verify function gives none', async () => {
    const none = strategy((_req, _assertion, done) => done(null, false));
    await expect(authenticate(none, post('acme', { SAMLResponse: response('acme') }))).resolves.toBe(false);
  });

  it('errs where passport-saml would pass or go on without a profile', async () => {
    const validate = jest.spyOn(HardenedSaml.prototype, 'validatePostResponseAsync');
    const req = post('acme', { SAMLResponse: response('acme') });
    validate.mockResolvedValueOnce({ profile: null, loggedOut: true });
    await expect(authenticate(strategy(), req)).rejects.toMatchObject({ code: 'login_not_restarted' });
    validate.mockResolvedValueOnce({ profile: null, loggedOut: false });
    await expect(authenticate(strategy(), req)).rejects.toMatchObject({ code: 'not_supported' });
    validate.mockRestore();
  });

  it('offers none of what it inherits: logout and metadata', async () => {
    const outcome = await new Promise((resolve) => strategy().logout({} as never, (error) => resolve(error)));
    expect(outcome).toMatchObject({ code: 'not_supported' });
  });
});

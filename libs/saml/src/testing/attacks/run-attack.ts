import type { VerifiedAssertion } from '../../assertion.ts';
import { SamlError } from '../../errors.ts';
import { createAuthnRequest } from '../../request/authn-request.ts';
import type { VerifierName } from '../../response/signature-verifier.ts';
import { verifyResponse } from '../../response/verify-response.ts';
import { HardenedSamlStrategy } from '../../strategy/hardened-saml-strategy.ts';
import type { AcsRequest } from '../../strategy/acs-form.ts';
import { MemoryOneTimeStore } from '../memory-one-time-store.ts';
import type { AttackCase } from './attack-case.ts';
import { attackContext, NOW, REQUEST_ID, type AttackContext } from './attack-context.ts';
import { builders } from './builders.ts';

/** What became of one copy of a message: the refusal's code, or the accepted assertion, or the request's URL. */
export type Outcome = { readonly code: string } | { readonly accepted: VerifiedAssertion } | { readonly url: URL };

/** Builds the message of a case, delivers every copy, and says what became of each. Errors that are no refusal throw. */
export async function runAttack(attack: AttackCase, verifier?: VerifierName): Promise<readonly Outcome[]> {
  const context = attackContext(attack);
  if (attack.request !== undefined)
    return [await refusedOr(() => sendRequest(context, attack.request?.relayState ?? ''))];
  const field = formField(attack, context);
  const store = new MemoryOneTimeStore();
  const { copies = 1, how = 'in turn', pending = true } = attack.deliver ?? {};
  if (pending) {
    await store.begin({
      connectionId: context.connection.id,
      requestId: REQUEST_ID,
      expiresAt: new Date(NOW.getTime() + 600_000),
    });
  }
  const deliverOne = () => refusedOr(() => deliver(attack, context, field, store, verifier));
  if (how === 'at once') return Promise.all(Array.from({ length: copies }, deliverOne));
  const outcomes: Outcome[] = [];
  for (let copy = 0; copy < copies; copy += 1) outcomes.push(await deliverOne());
  return outcomes;
}

function formField({ build }: AttackCase, context: AttackContext): string {
  if (build === undefined) return context.idp.respond(context.answer);
  return Buffer.from(builders[build](context)).toString('base64');
}

async function refusedOr(act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof SamlError) return { code: error.code };
    throw error;
  }
}

async function sendRequest({ connection }: AttackContext, relayState: string): Promise<Outcome> {
  const { url } = createAuthnRequest(connection, { relayState, now: NOW });
  return { url: new URL(url) };
}

async function deliver(
  { http }: AttackCase,
  { connection }: AttackContext,
  field: string,
  store: MemoryOneTimeStore,
  verifier?: VerifierName,
): Promise<Outcome> {
  const accepted =
    http === undefined
      ? await verifyResponse({ unverifiedResponse: field, connection, now: NOW, verifier })
      : await throughStrategy(http, connection, field, verifier);
  const acceptance = await store.accept(accepted, NOW);
  return acceptance === 'accepted' ? { accepted } : { code: acceptance };
}

/** Plays Passport: whatever is no success and no SamlError (pass, redirect, fail) is an error of the strategy. */
function throughStrategy(
  {
    method = 'POST',
    query = '',
    contentType = 'application/x-www-form-urlencoded',
    body,
    user,
  }: NonNullable<AttackCase['http']>,
  connection: AttackContext['connection'],
  field: string,
  verifier?: VerifierName,
): Promise<VerifiedAssertion> {
  const filled = (value: unknown): unknown =>
    typeof value === 'string' ? value.replace('{response}', field) : Array.isArray(value) ? value.map(filled) : value;
  const fields = Object.entries(body ?? { SAMLResponse: '{response}', RelayState: 'handle' }).map(([name, value]) => [
    name,
    filled(value),
  ]);
  const search = query.replace('{response}', encodeURIComponent(field));
  const req: AcsRequest = {
    method,
    url: `/saml/acme/okta/acs${search === '' ? '' : `?${search}`}`,
    headers: { 'content-type': contentType },
    query: Object.fromEntries(new URLSearchParams(search)),
    body: method === 'GET' ? undefined : Object.fromEntries(fields),
    params: { org: 'acme', idp: 'okta' },
  };
  const strategy = new HardenedSamlStrategy(
    { connectionOf: async () => connection, clock: () => NOW, verifier },
    (_req, assertion, done) => done(null, assertion),
  );
  return new Promise((resolve, reject) => {
    const unexpected = (what: string) => () => reject(new Error(`The strategy answered by ${what}`));
    const augmented = Object.assign(Object.create(strategy) as HardenedSamlStrategy, {
      success: (assertion: VerifiedAssertion) => resolve(assertion),
      error: reject,
      fail: unexpected('fail'),
      pass: unexpected('pass'),
      redirect: unexpected('redirect'),
    });
    augmented.authenticate(Object.assign(req, { user }));
  });
}

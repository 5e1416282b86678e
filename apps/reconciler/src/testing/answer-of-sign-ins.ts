import type { IdentityProvider } from '../server/identity-providers.ts';
import type { Domain } from '../server/domains.ts';
import type { Flow, SsoTest } from '../server/logins.ts';
import { Refusal } from './test-refusal.ts';

const TEST_LINK = {
  id: '019a3f00-0000-7000-8000-000000000001',
  url: 'https://sso.example.com/sso/test/acme/okta?link=abc',
  expiresAt: '2026-11-01T12:30:00.000Z',
};

/** What is on record of the sign-ins of the organization "acme". */
export interface SignInsOnRecord {
  readonly flows: readonly Flow[];
  readonly domains: readonly Domain[];
  readonly identityProviders: readonly IdentityProvider[];
  /** What the tests of sign-ins answer, one after the other; the last one stays. */
  readonly ssoTests: SsoTest[];
}

/** What the routes of identity providers, tests, domains and flow records answer; undefined = none of them. */
export function answerOfSignIns(known: SignInsOnRecord, url: string, body: unknown): unknown {
  const { pathname, searchParams } = new URL(url, 'http://server');
  const [of, kind, first, rest] = /^\/v1\/organizations\/acme\/([^/]+)(?:\/([^/]+)(?:\/(.+))?)?$/.exec(pathname) ?? [];
  if (of === undefined) return undefined;
  if (kind === 'domains') return first === undefined ? { domains: known.domains } : domain(known, first);
  if (kind === 'flows') return first === undefined ? flowPage(known, searchParams) : flow(known, first);
  if (kind !== 'identity-providers') return undefined;
  if (first === undefined) return { identityProviders: known.identityProviders };
  if (rest === 'metadata/refresh' || rest === 'metadata/accept')
    return metadata(known, first, body as { digest: string } | undefined);
  if (first === 'okta' && rest === 'tests') return TEST_LINK;
  return first === 'okta' && rest?.startsWith('tests/') ? ssoTest(known) : undefined;
}

/** A refresh finds what is on record; an acceptance takes what is held. */
function metadata({ identityProviders }: SignInsOnRecord, name: string, accepted: { digest: string } | undefined) {
  const metadata = identityProviders.find((provider) => provider.name === name)?.metadata;
  if (!metadata) throw new Refusal(404, 'unknown_identity_provider', 'the organization has no such identity provider');
  const { held, error } = metadata;
  if (!accepted) return { outcome: held ? 'hold' : error ? 'failed' : 'unchanged', error };
  if (held?.digest === accepted.digest) return { identityProvider: name, digest: accepted.digest };
  throw new Refusal(409, 'another_held', 'other metadata waits by now; look at its fingerprints first');
}

function domain({ domains }: SignInsOnRecord, domain: string): Domain {
  const found = domains.find((known) => known.domain === domain);
  if (found) return found;
  throw new Refusal(404, 'unknown_domain', 'the organization declares no such e-mail domain under emailDomains');
}

function ssoTest({ ssoTests }: SignInsOnRecord): SsoTest {
  const next = ssoTests.length > 1 ? ssoTests.shift() : ssoTests[0];
  if (next) return next;
  throw new Refusal(404, 'test_not_found', 'there is no such test any more; make a new one');
}

function flow({ flows }: SignInsOnRecord, traceId: string): Flow {
  const found = flows.find((known) => known.traceId === traceId);
  if (found) return found;
  throw new Refusal(404, 'flow_not_found', 'no login of this organization has this trace id');
}

function flowPage({ flows }: SignInsOnRecord, query: URLSearchParams) {
  const [outcome, code, limit] = ['outcome', 'code', 'limit'].map((name) => query.get(name));
  const all = flows.filter((flow) => {
    return flow.outcome === (outcome ?? flow.outcome) && flow.code === (code ?? flow.code);
  });
  const page = all.slice(0, Number(limit));
  return {
    flows: page.map((flow) => ({ ...flow, guidance: undefined, steps: undefined })),
    nextCursor: page.length < all.length ? 'next' : null,
  };
}

/// <reference types="jest" />
import type { VerifiedAssertion } from '../assertion.ts';
import type { OneTimeStore } from '../one-time-store.ts';

/** A request that was sent and waits for its answer. */
export interface PendingRequest {
  readonly connectionId: string;
  readonly requestId: string;
  readonly expiresAt: Date;
}

/** A store under test, with the way in which its application remembers requests. */
export interface OneTimeStoreUnderTest {
  readonly store: OneTimeStore;
  begin(request: PendingRequest): Promise<void>;
}

/** The names that a suite uses; PostgreSQL suites give connections that exist. */
export interface OneTimeStoreConnections {
  /** Two connections of one organization. */
  readonly connection: string;
  readonly otherConnection: string;
}

const NOW = new Date('2026-03-01T12:00:00Z');
const IN_TEN_MINUTES = new Date('2026-03-01T12:10:00Z');

/**
 * What every OneTimeStore must do (rule G7). Call it in a spec file, as Jest's globals are used.
 *
 * @param makeStore called before each test; a store that held nothing of these connections before
 */
export function oneTimeStoreContract(
  name: string,
  makeStore: () => Promise<OneTimeStoreUnderTest>,
  { connection, otherConnection }: OneTimeStoreConnections = { connection: 'org/okta', otherConnection: 'org/entra' },
): void {
  describe(`OneTimeStore: ${name}`, () => {
    let under: OneTimeStoreUnderTest;
    const begin = (requestId: string, connectionId = connection) =>
      under.begin({ connectionId, requestId, expiresAt: IN_TEN_MINUTES });
    const accept = (inResponseTo: string | undefined, assertionId: string, connectionId = connection, now = NOW) =>
      under.store.accept(
        assertion({ connectionId, assertionId, ...(inResponseTo === undefined ? {} : { inResponseTo }) }),
        now,
      );

    beforeEach(async () => {
      under = await makeStore();
    });

    it('accepts the answer to a pending request once', async () => {
      await begin('_request');
      expect(await accept('_request', '_assertion')).toBe('accepted');
      expect(await accept('_request', '_assertion')).toBe('replayed_assertion');
    });

    it('accepts one of two copies that arrive at the same moment', async () => {
      await begin('_request');
      const outcomes = await Promise.all([accept('_request', '_assertion'), accept('_request', '_assertion')]);
      expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    });

    it('accepts one of ten different answers to one request that arrive at the same moment', async () => {
      await begin('_request');
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) => accept('_request', `_assertion${index}`)),
      );
      expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'unknown_request')).toHaveLength(9);
    });

    it('refuses an answer that nobody asked for', async () => {
      expect(await accept('_nobody', '_assertion')).toBe('unknown_request');
    });

    it('refuses an answer that comes when the request has expired', async () => {
      await begin('_request');
      expect(await accept('_request', '_assertion', connection, IN_TEN_MINUTES)).toBe('unknown_request');
    });

    it('refuses the answer to the request of another connection, which stays pending', async () => {
      await begin('_request', otherConnection);
      expect(await accept('_request', '_assertion')).toBe('unknown_request');
      expect(await accept('_request', '_assertion', otherConnection)).toBe('accepted');
    });

    it('refuses a used assertion that answers another request, which stays pending', async () => {
      await begin('_first');
      await begin('_second');
      await accept('_first', '_assertion');
      expect(await accept('_second', '_assertion')).toBe('replayed_assertion');
      expect(await accept('_second', '_other')).toBe('accepted');
    });

    it('accepts an unsolicited assertion once, also when two copies arrive at the same moment', async () => {
      const outcomes = await Promise.all([accept(undefined, '_assertion'), accept(undefined, '_assertion')]);
      expect([...outcomes].sort()).toEqual(['accepted', 'replayed_assertion']);
      expect(await accept(undefined, '_assertion')).toBe('replayed_assertion');
      expect(await accept(undefined, '_assertion', otherConnection)).toBe('accepted');
    });

    it('takes no request for an unsolicited assertion, and no assertion twice, asked for or not', async () => {
      await begin('_request');
      expect(await accept(undefined, '_first')).toBe('accepted');
      expect(await accept('_request', '_first')).toBe('replayed_assertion');
      expect(await accept('_request', '_second')).toBe('accepted');
      expect(await accept(undefined, '_second')).toBe('replayed_assertion');
    });

    it('lets two connections use the same assertion id', async () => {
      await begin('_request');
      await begin('_request', otherConnection);
      expect(await accept('_request', '_assertion')).toBe('accepted');
      expect(await accept('_request', '_assertion', otherConnection)).toBe('accepted');
    });
  });
}

function assertion(ids: Pick<VerifiedAssertion, 'connectionId' | 'inResponseTo' | 'assertionId'>): VerifiedAssertion {
  return {
    ...ids,
    issuer: 'https://idp.example/saml',
    nameId: { value: 'eve@acme.com', format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' },
    attributes: new Map(),
    replayableUntil: new Date('2026-03-01T12:08:00Z'),
  };
}

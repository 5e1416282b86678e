import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseIdpMetadata, verifyResponse, type SamlConnection } from '../index.ts';
import { TestIdp } from '../testing/index.ts';

/** `case.json` beside `response.xml` and `assertion.xml`, which are written as the product writes them. */
interface Dialect {
  readonly sign: 'assertion' | 'response' | 'both';
  readonly prefixList?: readonly string[];
  readonly algorithm?: string;
  readonly requireAuthnStatement?: boolean;
  readonly expect: {
    readonly nameId: object;
    readonly attributes: Readonly<Record<string, readonly string[]>>;
    readonly authnContextClass?: string;
    readonly sessionIndex?: string;
    /** Seconds from now. */
    readonly sessionNotOnOrAfter?: number;
  };
}

const CASES = join(import.meta.dirname, '../../cases/idps');
const NOW = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const connection: SamlConnection = {
  id: 'org/idp',
  spEntityId: 'https://login.example/saml/acme/idp/metadata',
  acsUrl: 'https://login.example/saml/acme/idp/acs',
  idp: parseIdpMetadata(idp.metadata(), { now: NOW }),
  forceAuthn: false,
};

describe.each(['strict', 'node-saml'] as const)('verifyResponse, verifying by %s, understands', (verifier) => {
  it.each(readdirSync(CASES))('%s', async (folder) => {
    const read = (file: string) => readFileSync(join(CASES, folder, file), 'utf8').trim();
    const {
      expect: expected,
      sign,
      prefixList,
      algorithm,
      requireAuthnStatement = true,
    } = JSON.parse(read('case.json')) as Dialect;
    const unverifiedResponse = idp.respond({
      connection,
      inResponseTo: '_request',
      assertionId: '_assertion',
      nameId: 'unused: the template holds it',
      now: NOW,
      sign,
      signature: {
        ...(prefixList === undefined ? {} : { prefixList }),
        ...(algorithm === undefined ? {} : { algorithm }),
      },
      template: { response: read('response.xml'), assertion: read('assertion.xml') },
    });
    const { nameId, attributes, authnContextClass, sessionIndex, sessionNotOnOrAfter } = await verifyResponse({
      unverifiedResponse,
      connection: { ...connection, requireAuthnStatement },
      now: NOW,
      verifier,
    });
    expect({
      nameId,
      attributes: Object.fromEntries(attributes),
      authnContextClass,
      sessionIndex,
      sessionNotOnOrAfter: sessionNotOnOrAfter && (sessionNotOnOrAfter.getTime() - NOW.getTime()) / 1000,
    }).toEqual({
      sessionNotOnOrAfter: undefined,
      ...expected,
      sessionIndex: expected.sessionIndex?.replace('{requestId}', '_request').replace('{assertionId}', '_assertion'),
    });
  });
});

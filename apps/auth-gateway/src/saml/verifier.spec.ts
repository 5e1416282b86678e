import type { Config } from '../config.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

/** An algorithm that the strict verifier knows and node-saml does not. */
const RSA_SHA384 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384';

describe('the engine that verifies signatures', () => {
  let world: TestWorld;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME });
  });
  afterAll(() => world?.close());

  const post = async (samlVerifier: Config['samlVerifier'], algorithm?: string): Promise<number> => {
    const browser = (await world.startGateway({ samlVerifier })).browser();
    const { connection, requestId, relayState } = await browser.start('/saml/acme/okta/login');
    const person = world.person('eve@acme.com', { role_mapping: 'engineering' });
    const signature = algorithm === undefined ? {} : { algorithm };
    const samlResponse = world.idp.respond({ connection, inResponseTo: requestId, ...person, signature });
    return (await browser.postResponse('/saml/acme/okta/acs', samlResponse, relayState)).status;
  };

  it('is the one that the configuration names', async () => {
    expect(await post('strict', RSA_SHA384)).toBe(303);
    expect(await post('node-saml', RSA_SHA384)).toBe(400);
    expect(await post('node-saml')).toBe(303);
  });
});

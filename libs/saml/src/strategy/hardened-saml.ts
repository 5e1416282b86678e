import { SAML } from '@node-saml/node-saml';

import type { VerifiedAssertion } from '../assertion.ts';
import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import type { VerifierName } from '../response/signature-verifier.ts';
import { verifyResponse } from '../response/verify-response.ts';

type Validated = Awaited<ReturnType<SAML['validatePostResponseAsync']>>;

/** node-saml's validator as passport-saml calls it, with `verifyResponse` inside and every other message refused. */
export class HardenedSaml extends SAML {
  /** What the last response asserted; set before the profile is handed on. */
  verified: VerifiedAssertion | undefined;

  constructor(
    private readonly connection: SamlConnection,
    private readonly clock: () => Date,
    private readonly verifier?: VerifierName,
  ) {
    super({
      callbackUrl: connection.acsUrl,
      issuer: connection.spEntityId,
      idpCert: [...connection.idp.signingCertificates],
    });
  }

  override async validatePostResponseAsync(form: Record<string, string>): Promise<Validated> {
    this.verified = await verifyResponse({
      unverifiedResponse: form.SAMLResponse ?? '',
      connection: this.connection,
      now: this.clock(),
      verifier: this.verifier,
    });
    const { issuer, nameId } = this.verified;
    return { profile: { issuer, nameID: nameId.value, nameIDFormat: nameId.format }, loggedOut: false };
  }

  override async validateRedirectAsync(): Promise<Validated> {
    return refuse('saml_in_query');
  }
}

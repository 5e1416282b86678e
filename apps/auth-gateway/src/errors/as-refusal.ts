import { OidcError } from '@rolecall/oidc';
import { SamlError } from '@rolecall/saml';
import { LoginRefused } from './login-refused.ts';

/** A refused message of libs/saml or libs/oidc as a refusal of the gateway; undefined for other errors, which are none. */
export function asRefusal(error: unknown): LoginRefused | undefined {
  if (error instanceof LoginRefused) return error;
  if (error instanceof SamlError || error instanceof OidcError) {
    return new LoginRefused(error.code, 'answer_verified', error.message, error.detail);
  }
  return undefined;
}

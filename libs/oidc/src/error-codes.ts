/** Who can end a refusal: the platform team (Rolecall's configuration), the customer's IdP administrator, or the user. */
export type MustAct = 'platform' | 'customer' | 'user';

interface ErrorEntry {
  /** One sentence for the operator: what to do. Never shown to the user as it is. */
  readonly sentence: string;
  readonly mustAct: MustAct;
}

const customer = (sentence: string): ErrorEntry => ({ sentence, mustAct: 'customer' });
const platform = (sentence: string): ErrorEntry => ({ sentence, mustAct: 'platform' });
const user = (sentence: string): ErrorEntry => ({ sentence, mustAct: 'user' });

/** Every code that this library refuses with. A code is stable: tests, flow records and dashboards rely on it. */
export const OIDC_ERROR_CODES = {
  // the provider's configuration document (OpenID Connect Discovery 1.0)
  discovery_unreachable: platform('Correct the issuer, or let the provider answer: its configuration cannot be read.'),
  discovery_invalid: customer('Publish an OpenID configuration document with its endpoints as JSON.'),
  discovery_issuer_mismatch: platform("Write the issuer exactly as the provider's configuration document names it."),
  discovery_endpoint_refused: customer('Publish only https endpoints without user names and fragments.'),
  discovery_client_authentication: platform(
    'Write a clientAuthentication that the provider offers, or let it offer the one that is wanted.',
  ),
  discovery_response_mode: platform('Remove responseMode: form_post, or let the provider support it.'),
  discovery_no_end_session: platform('Remove singleLogout, or let the provider publish an end_session_endpoint.'),
  discovery_userinfo_missing: platform('Remove userinfo: true, or let the provider publish a userinfo endpoint.'),

  // the provider's keys (RFC 7517)
  jwks_unreachable: customer("Let the provider's key set be read: it does not answer as it should."),
  jwks_invalid: customer('Publish a JSON Web Key Set with at most 100 keys.'),

  // the callback (RFC 6749 §4.1.2, RFC 9207)
  callback_invalid: user('Start the sign-in again: the answer must hold one state and one code.'),
  callback_issuer_missing: customer('Send the parameter iss, as the configuration document announces.'),
  callback_issuer_mismatch: customer('Look into who answered: another provider than the one that was asked.'),
  access_denied: user('Sign in again, or let the administrator of the identity provider assign the application.'),
  provider_changed: user('Start the sign-in again: the identity provider was set up anew in between.'),
  provider_refused: customer('Look into the log of the identity provider: it refused the sign-in.'),

  // the token endpoint (RFC 6749 §4.1.3, §5; RFC 7523)
  client_assertion_algorithm: customer('Accept client assertions that are signed with RS256, PS256 or ES256.'),
  token_endpoint_unreachable: customer('Let the token endpoint answer: it does not as it should.'),
  token_request_refused: customer('Compare client id, client secret and redirect URI with those at the provider.'),
  token_response_invalid: customer('Answer a token request with a JSON object as RFC 6749 says.'),
  token_type_refused: customer('Give access tokens of the type Bearer.'),
  id_token_missing: customer('Give an ID token: the scope openid was requested.'),

  // the ID token's form, header and signature (RFC 7515, RFC 8725)
  id_token_malformed: customer('Give a signed JWT in compact form as the ID token.'),
  id_token_encrypted: customer('Turn ID-token encryption off: it is not supported.'),
  id_token_algorithm_refused: customer('Sign ID tokens with RS256, PS256, ES256 or EdDSA, or a longer variant.'),
  id_token_type_refused: customer('Give an ID token: the type in its header is that of another kind of token.'),
  id_token_header_critical: customer('Use no critical header parameters in ID tokens.'),
  id_token_key_unknown: customer("Publish the key that signs ID tokens in the provider's key set."),
  id_token_key_ambiguous: customer('Name the signing key by a kid that only one key has.'),
  id_token_signature_invalid: customer("Look into who signed: no key of the provider's key set did."),

  // the ID token's claims (OpenID Connect Core 1.0 §2, §3.1.3.7)
  id_token_claim_invalid: customer('Send the claims of ID tokens in the types that OpenID Connect gives them.'),
  id_token_issuer_mismatch: customer('Look into who issued the token: not the configured issuer.'),
  id_token_tenant_invalid: customer('Send the tenant id of the user as the claim tid.'),
  tenant_not_allowed: user('Sign in with an account of your company: this one is of another tenant.'),
  id_token_key_of_another_issuer: customer('Look into who signed: a key that is published for another issuer.'),
  id_token_audience_mismatch: customer('Compare the client id with the one at the provider: the token is for another.'),
  id_token_azp_mismatch: customer(
    'Compare the client id with the one at the provider: the token was given to another.',
  ),
  id_token_expired: customer('Correct the clock of the identity provider: the token has expired.'),
  id_token_not_yet_valid: customer('Correct the clock of the identity provider: the token is not valid yet.'),
  id_token_too_old: customer('Issue a new ID token at every sign-in: this one is older than 10 minutes.'),
  id_token_nonce_mismatch: customer('Repeat the nonce of the authorization request in the ID token.'),
  id_token_subject_invalid: customer('Send a subject of 1 to 255 printable characters.'),
  id_token_at_hash_mismatch: customer('Send the at_hash of the access token that comes with the ID token.'),
  id_token_auth_time_missing: customer('Send the claim auth_time: the time of the authentication was asked for.'),
  id_token_authentication_too_old: customer('Let users authenticate again when max_age or prompt=login asks for it.'),
  id_token_acr_mismatch: customer('Let users authenticate as strongly as acr_values asks, and say so by acr.'),
  id_token_is_logout_token: customer('Give an ID token: this one is a logout token.'),
  hosted_domain_mismatch: user('Sign in with an account of the configured hosted domain.'),

  // the userinfo endpoint (OpenID Connect Core 1.0 §5.3)
  userinfo_unreachable: customer('Let the userinfo endpoint answer: it does not as it should.'),
  userinfo_invalid: customer('Answer at the userinfo endpoint with a JSON object.'),
  userinfo_signed: customer(
    'Answer at the userinfo endpoint with plain JSON: signed and encrypted answers are not read.',
  ),
  userinfo_subject_mismatch: customer(
    'Look into the userinfo endpoint: it answers for another user than the ID token.',
  ),

  // logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6)
  logout_token_missing: customer('Post one logout_token as application/x-www-form-urlencoded.'),
  logout_token_malformed: customer('Send a signed JWT in compact form as the logout token.'),
  logout_token_encrypted: customer('Turn encryption of logout tokens off: it is not supported.'),
  logout_token_algorithm_refused: customer(
    'Sign logout tokens as ID tokens are: RS256, PS256, ES256 or EdDSA, or longer.',
  ),
  logout_token_type_refused: customer('Send a logout token: the type in its header is that of another kind of token.'),
  logout_token_header_critical: customer('Use no critical header parameters in logout tokens.'),
  logout_token_signature_invalid: customer("Look into who signed: no key of the provider's key set did."),
  logout_token_issuer_mismatch: customer('Look into who issued the logout token: not the configured issuer.'),
  logout_token_audience_mismatch: customer(
    'Compare the client id with the one at the provider: the logout token is for another.',
  ),
  logout_token_claim_invalid: customer(
    'Send the claims of logout tokens in the types that the specification gives them.',
  ),
  logout_token_expired: customer('Correct the clock of the identity provider: the logout token has expired.'),
  logout_token_not_yet_valid: customer(
    'Correct the clock of the identity provider: the logout token is of the future.',
  ),
  logout_token_too_old: customer('Send logout tokens when they are made: this one is older than 10 minutes.'),
  logout_token_names_nobody: customer('Send sub, sid or both in logout tokens.'),
  logout_token_event_missing: customer('Send the event backchannel-logout in logout tokens, with a JSON object.'),
  logout_token_with_nonce: customer('Send no nonce in logout tokens: only ID tokens have one.'),
  logout_token_replayed: customer('Send every logout token once, with a jti of its own.'),

  // tokens of jobs of a pipeline (RFC 7523 §3, RFC 8725), beside id_token_… for their form and signature
  workload_token_too_large: platform('Ask for a token with fewer claims: it has more than 16,384 characters.'),
  workload_token_issuer_unknown: platform('Name the issuer under trustedIssuers of the platform document.'),
  workload_token_claim_invalid: platform('Use a token of the job itself: a claim is missing, or has another type.'),
  workload_token_expired: platform('Exchange the token when the job begins: it has expired.'),
  workload_token_not_yet_valid: platform(
    'Correct the clock of the issuer or of the server: the token is of the future.',
  ),
  workload_token_too_old: platform('Exchange the token within 10 minutes from its making.'),
  workload_token_audience_mismatch: platform(
    'Ask for a token for the audience of the entry under trustedIssuers, and for it alone.',
  ),
  workload_token_conditions_unmet: platform(
    'Compare the claims of the token with the conditions under trustedIssuers: no entry fits.',
  ),
  workload_token_replayed: platform('Ask for a new token: each is exchanged once.'),
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type OidcErrorCode = keyof typeof OIDC_ERROR_CODES;

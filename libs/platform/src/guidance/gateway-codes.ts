import type { MustAct } from '@rolecall/saml';

/** Who can end a refusal, and one sentence for the operator: what is wrong and what to do. Never shown to the user. */
export interface OperatorEntry {
  readonly mustAct: MustAct;
  readonly sentence: string;
}

const customer = (sentence: string): OperatorEntry => ({ mustAct: 'customer', sentence });
const platform = (sentence: string): OperatorEntry => ({ mustAct: 'platform', sentence });
const user = (sentence: string): OperatorEntry => ({ mustAct: 'user', sentence });

/**
 * Codes that the gateway itself refuses with, in the operator's voice; the user's sentence stands in the gateway's
 * `errors/sentences.ts`. An entry here goes before one of libs/saml or libs/oidc of the same name.
 */
export const GATEWAY_ERROR_CODES: Readonly<Record<string, OperatorEntry>> = {
  // decisions of the organization's mapping
  missing_role_mapping: customer(
    'The identity provider sends no attribute role_mapping: add it there for this user, or give roles by rules in the document.',
  ),
  unmatched_role: customer(
    'No mapping role has the value that the identity provider sends: correct the value there, or add a mapping role of this name.',
  ),
  no_rule_matched: customer(
    'No rule matches what the identity provider says of the user: put the user into a group that a rule names, or add a rule.',
  ),
  no_access: customer(
    'The role maps that the identity provider sends give no role on any account: correct them there.',
  ),
  invalid_role_map: customer('An account attribute holds no role map: send JSON such as {"roles": ["member"]}.'),
  unknown_role: customer(
    'A role map names a role that the organization does not have: correct it at the identity provider, or declare the role.',
  ),

  // users
  not_provisioned: customer(
    'The user has no account and jit.enabled is false: create the user first, or set it to true.',
  ),
  user_disabled: customer(
    'The user is disabled: enable the user, or take the application away at the identity provider.',
  ),
  user_deactivated: customer(
    'The directory (SCIM) deactivated the user: assign the user to the application again at the identity provider; rolecall scim log shows what it sent.',
  ),
  account_ambiguous: customer(
    'Several users of the directory (SCIM) have this userName, externalId or address: correct them at the identity provider.',
  ),
  account_not_linkable: customer(
    'The directory (SCIM) has this user, and the sign-in may not be linked to it: declare and prove the e-mail domain, or correct the subject; the flow record says which.',
  ),
  email_missing: customer(
    'The identity provider sends no e-mail address: send it, or name its attribute under attributes.email.',
  ),
  email_domain_not_allowed: customer(
    "The address is of another domain than the organization's: correct the address, or add the domain to emailDomains.",
  ),
  email_not_verified: customer(
    'The provider has not verified the e-mail address: let it verify and send email_verified, or create the user first.',
  ),
  name_id_transient: customer('The NameID is a new one at each sign-in: send a persistent one.'),
  too_many_attributes: customer('The identity provider sends too many attributes: send fewer.'),
  too_many_values: customer('An attribute has too many values: send fewer groups.'),
  attribute_name_too_long: customer("An attribute's name is too long: send it under a shorter one."),
  value_too_long: customer('A value is too long: send a shorter one.'),
  facts_too_large: customer('The identity provider sends too much of the user: send fewer groups and attributes.'),

  // sign-ins by password
  sign_in_failed: user(
    'A sign-in by password was refused; the flow record says whether address, password, an off-boarding or enforced SSO is the reason.',
  ),
  second_factor_failed: user(
    'The password was right and five codes were wrong: somebody may know the password, so let the user set another one.',
  ),
  password_too_short: user(
    'The password is shorter than passwords.minimumLength of the Platform document: choose a longer one.',
  ),
  password_too_long: user('The password is longer than 256 characters: choose a shorter one.'),
  password_known: user(
    'The password is one of the first that others try (breached ones, rows of keys, names of the user, the organization or the product): choose another one.',
  ),
  link_unknown: user(
    'The link was used, is too old, was replaced by a newer one, or the user was disabled or has another address: make a new one.',
  ),
  busy: platform(
    'More passwords are compared than this process can do: look for somebody who guesses, or run more gateways.',
  ),

  // organizations and identity providers
  unknown_organization: user(
    'Nobody has this organization name or e-mail domain: correct it, or declare it in a document.',
  ),
  unknown_identity_provider: user('The organization has no identity provider of this name: correct the address.'),
  idp_disabled: platform(
    'The identity provider is switched off: set enabled: true, or remove the links that lead to it.',
  ),
  client_secret_missing: platform(
    'The client secret or key is not stored: apply the organization again, with the secret at hand.',
  ),

  // accounts that users link themselves
  identity_not_linked: user('Nobody has linked this account: sign in as usual, and link it at /account/identities.'),
  identity_taken: user('The account is linked to another user: unlink it there first.'),
  identity_already_linked: user('The user has linked an account of this identity provider: unlink that one first.'),
  link_session_ended: user('The user was signed out while linking an account: sign in again, then link it.'),

  // one login, one browser, once
  other_browser: user(
    'The sign-in was started in another browser than the one that it came back to: start it again there.',
  ),
  too_many_requests: user(
    'A rate limit turned the request away: nothing of it was looked at; rolecall_rate_limited_total says which limit.',
  ),
  handle_unknown: user('The sign-in was finished before or took longer than ten minutes: start it again.'),
  initiation_refused: user(
    'A sign-in that a provider starts must name a configured issuer and an allowed destination: correct them there, or start at the sign-in page.',
  ),
  account_not_offered: user(
    'Another account can be opened only from the session whose sign-in offered it: sign in again, and choose there.',
  ),
  test_link_invalid: user(
    'The test link was used before or is older than 30 minutes: make a new one with rolecall test-sso.',
  ),

  // applications by OpenID Connect
  application_unknown: platform(
    'No enabled application of type oidc has this client id, <organization>.<application>, or its client secret is not there: declare it under applications, or correct the application.',
  ),
  application_redirect_unknown: platform(
    'The redirect_uri is not among the redirectUris of the application, which are compared letter by letter: add it, or correct the application.',
  ),
  application_request_refused: platform(
    'The request of the application breaks OpenID Connect, or asks for what is not offered: code with PKCE S256 is; rolecall_application_requests_total counts the error codes.',
  ),

  // applications behind a proxy
  unknown_origin: platform(
    'No enabled forward-auth application of an organization has this origin: declare it under applications, or correct the proxy.',
  ),
  forward_request_unreadable: platform(
    'The proxy does not say which request it asks about, or what it says does not agree: set X-Original-URL, or X-Forwarded-Proto and X-Forwarded-Host, once and from its own configuration.',
  ),
  cookies_not_kept: platform(
    'The browser or the proxy drops the cookies of the application: hand Cookie and Set-Cookie of /.rolecall/ on, and Cookie to /auth/verify.',
  ),
  forward_handle_unknown: user(
    'The handle was used before, is older than a minute, or is for another browser or origin: open the application again.',
  ),

  // requests
  cross_origin_request: user('A form was sent from another site: use the forms of our own pages.'),
  not_found: user('Nothing is at this address.'),
  bad_request: user('The request cannot be read: start again.'),
  database_unavailable: platform('PostgreSQL does not answer: look at the database and its network.'),
  internal_error: platform('Something that nobody foresaw: look for the trace id in the log.'),
};

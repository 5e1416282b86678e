import { ERROR_CODES, operatorEntry } from '@rolecall/platform/guidance';

/** How one error code is shown to the person at the browser. The operator's words are `@rolecall/platform/guidance`. */
export interface Sentence {
  readonly status: number;
  readonly title: string;
  /** One sentence: what happened and who to ask. No internals: values and reasons are in the flow record. */
  readonly sentence: string;
  /** Whether starting again can help. */
  readonly retry: boolean;
  /** Where recovery admins go on, whichever organization it is about. */
  readonly repairAt?: string;
}

const NOT_SIGNED_IN = 'You could not be signed in';

/** Something at the customer's side: its administrator must act. */
const customer = (sentence: string): Sentence => ({
  status: 403,
  title: NOT_SIGNED_IN,
  sentence,
  retry: false,
});
/** The user can start again. */
const user = (sentence: string): Sentence => ({
  status: 400,
  title: NOT_SIGNED_IN,
  sentence,
  retry: true,
});
/** Nothing is at this address. */
const nowhere = (sentence: string): Sentence => ({
  status: 404,
  title: 'Page not found',
  sentence,
  retry: true,
});

const NO_ROLE =
  "Your company knows you, but has given you no role here: ask your company's administrator to assign you one.";
const TOO_MUCH = "Your company sends too much about you: ask your company's administrator to send fewer groups.";
/** The identity provider's server does not do its part; nobody at the browser can do anything. */
const noAnswer: Sentence = {
  ...customer("Your company's sign-in does not answer right now: please try again in a few minutes."),
  status: 502,
  retry: true,
};
const NOT_HERE = 'This address leads nowhere: check it, or start at the sign-in page.';

/** Every code that the gateway itself refuses with; the codes of libs/saml and libs/oidc are below. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  // decisions of the organization's mapping
  missing_role_mapping: customer(NO_ROLE),
  unmatched_role: customer(NO_ROLE),
  no_rule_matched: customer(NO_ROLE),
  no_access: customer("Your company gives you no access here: ask your company's administrator if you need it."),
  invalid_role_map: customer(
    "Your company's roles for you cannot be read: ask your company's administrator to correct them.",
  ),
  unknown_role: customer(
    "Your company gives you a role that does not exist here: ask your company's administrator to correct it.",
  ),

  // users
  not_provisioned: customer("You have no account here yet: ask your company's administrator to invite you."),
  user_disabled: customer("Your account is switched off: ask your company's administrator to switch it on."),
  user_deactivated: customer(
    "Your company has switched your account off: ask your company's administrator to assign you again.",
  ),
  account_ambiguous: customer(
    "Several accounts here match your sign-in: ask your company's administrator to correct them.",
  ),
  account_not_linkable: customer(
    "Your account here does not match your sign-in: ask your company's administrator to correct it.",
  ),
  email_missing: customer(
    "Your company did not send your e-mail address: ask your company's administrator to send it.",
  ),
  email_domain_not_allowed: customer(
    "Your e-mail address does not belong to this organization: ask your company's administrator to add its domain.",
  ),
  name_id_transient: customer(
    "Your company's sign-in calls you by another name each time: ask your company's administrator to send a lasting one.",
  ),
  email_not_verified: customer(
    "Your company's sign-in has not confirmed your e-mail address: ask your company's administrator to confirm it.",
  ),
  identity_not_linked: user(
    'This account is not linked to anybody here: sign in as usual, then link it under "Ways to sign in".',
  ),
  identity_taken: user('This account is linked to another user here: it can be linked to one alone.'),
  identity_already_linked: user('You have linked an account of this kind already: unlink that one first.'),
  link_session_ended: user('You are not signed in any more: please sign in again, then link the account.'),
  too_many_attributes: customer(TOO_MUCH),
  too_many_values: customer(TOO_MUCH),
  attribute_name_too_long: customer(TOO_MUCH),
  value_too_long: customer(TOO_MUCH),
  facts_too_large: customer(TOO_MUCH),

  // sign-ins by password
  sign_in_failed: user(
    'The e-mail address or the password is wrong, or you sign in here with your company account: check both, or reset the password.',
  ),
  second_factor_failed: user('This code is wrong, was used before, or is too old: please use a new one.'),
  password_too_short: user('This password is too short: please choose a longer one, several words for example.'),
  password_too_long: user('This password is too long: please choose one of at most 256 characters.'),
  password_known: user(
    'This password is one of the first that others try: a frequent one, a row of keys, or your own names. Please take several words instead.',
  ),
  link_unknown: {
    ...user(
      'This link was used before, is too old, or was replaced by a newer one: get another by “Forgot your password?” at the sign-in, or ask whoever invited you.',
    ),
    title: 'This link does not work any more',
    repairAt: '/recovery-access',
  },
  busy: {
    status: 503,
    title: 'Sign-in is busy right now',
    sentence: 'Very many people are signing in right now: please try again in a minute.',
    retry: true,
  },

  // organizations and identity providers
  unknown_organization: nowhere(
    'No organization is known by this name or e-mail domain: check it, or ask your administrator.',
  ),
  unknown_identity_provider: nowhere(NOT_HERE),
  idp_disabled: customer("This way to sign in is switched off: ask your company's administrator for the right one."),

  client_secret_missing: customer('This way to sign in is not set up completely: please tell your administrator.'),
  discovery_unreachable: noAnswer,
  jwks_unreachable: noAnswer,
  token_endpoint_unreachable: noAnswer,

  // one login, one browser, once
  unknown_request: user('This sign-in took too long or was not started here: please sign in again.'),
  replayed_assertion: user('This sign-in was used before: please sign in again.'),
  other_browser: user('This sign-in was started in another browser: please sign in again in this one.'),
  account_not_offered: user('This account cannot be opened from here: please sign in again.'),
  initiation_refused: user('This sign-in cannot be started from there: please start at the sign-in page.'),
  unsolicited_response: user(
    'Your organization lets you sign in only from here, not from a link elsewhere: please sign in here.',
  ),
  test_link_invalid: user('This test link was used before or is too old: please ask for a new one.'),
  handle_unknown: user('This sign-in is over: please sign in again.'),
  callback_invalid: user('This answer of a sign-in is not complete: please sign in again.'),
  access_denied: user(
    "Your company's sign-in was cancelled or refused: please sign in again or ask your administrator.",
  ),
  hosted_domain_mismatch: user('This account is not of your company: please sign in with your company account.'),
  session_expired: user("Your session at your company's sign-in is over: please sign in again."),

  // applications by OpenID Connect
  application_unknown: {
    ...user('This application is unknown here, or closed: ask whoever runs it.'),
    status: 403,
    title: 'Unknown application',
    retry: false,
  },
  application_redirect_unknown: {
    ...user('The application wants to be answered at an address that it may not use: ask whoever runs it.'),
    status: 400,
    title: 'Request refused',
    retry: false,
  },
  application_request_refused: {
    ...user(
      'The application asked for something that cannot be done: go back to it and try again, or ask whoever runs it.',
    ),
    status: 400,
    title: 'Request refused',
    retry: false,
  },

  // applications behind a proxy
  unknown_origin: {
    ...user('No application is known at this address: check it, or ask your administrator.'),
    status: 403,
    title: 'Unknown application',
  },
  forward_request_unreadable: {
    ...user('This address is only for applications behind a proxy: open the application itself.'),
    status: 403,
    title: 'Request refused',
  },
  cookies_not_kept: user(
    'Your browser does not keep the cookie of this sign-in: allow cookies here and try again, or tell your administrator.',
  ),
  forward_handle_unknown: user(
    'This sign-in took too long or was started in another browser: please open the page again.',
  ),

  // requests
  cross_origin_request: {
    ...user('This form was sent from another site, so nothing was done: please use the buttons on our own pages.'),
    status: 403,
    title: 'Request refused',
  },
  too_many_requests: {
    ...user(
      'Too many sign-ins are coming in from your network or for your organization: please try again in a minute.',
    ),
    status: 429,
    title: 'Please wait a moment',
  },
  not_found: nowhere(NOT_HERE),
  bad_request: {
    ...user('Your browser sent something that cannot be read: please start again.'),
    title: 'Request refused',
  },
  database_unavailable: {
    status: 503,
    title: 'Sign-in is not available right now',
    sentence: 'Please try again in a few minutes; nothing was changed.',
    retry: true,
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong',
    sentence: 'Please try again; if it happens again, give your administrator the trace id below.',
    retry: true,
  },
};

/** What a refused message of an identity provider is called outside: one sentence for all of them, so that no probe learns a reason (G11). */
const ANSWER_REFUSED: Sentence = {
  ...customer(
    "Your company's sign-in sent an answer that we cannot accept: please try again, or tell your administrator.",
  ),
  status: 400,
  retry: true,
};

/** A refused logout message: whatever was wrong with it, it ended nothing. */
export const LOGOUT_REFUSED: Sentence = {
  ...ANSWER_REFUSED,
  title: 'Your sign-out did not finish',
  sentence:
    "Your company's sign-in sent a sign-out message that we cannot accept, and that changed nothing here: if you are still signed in, sign out here yourself, or tell your administrator.",
  retry: false,
};

/** The catalogue entry of a code; codes without a sentence of their own are refused messages, and say nothing else. */
export function sentenceOf(code: string): Sentence {
  const own = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : undefined;
  return own ?? (operatorEntry(code) ? ANSWER_REFUSED : sentenceOf('internal_error'));
}

/** The entry of a code that need not be of the catalogue: then only the status speaks. */
export function sentenceOfStatus(code: string, status: number): Sentence {
  if (isKnownCode(code)) return sentenceOf(code);
  return status < 500 ? { ...sentenceOf('bad_request'), status } : sentenceOf('internal_error');
}

/** Whether a text, perhaps out of a URL, is a code that the gateway has a sentence for. */
export function isKnownCode(code: unknown): code is string {
  return typeof code === 'string' && Object.hasOwn(SENTENCES, code);
}

/** Every known code, for the test that each has its sentence. */
export const KNOWN_CODES: readonly string[] = [...new Set([...Object.keys(SENTENCES), ...ERROR_CODES])];

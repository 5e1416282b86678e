import { operatorEntry } from '@rolecall/platform/guidance';

const REPLACE = 'replace the metadata here by what it offers now.';
const KEEPER = 'Whoever keeps the configuration must act: give them this code and the time.';

/** What a recovery admin does about a refusal that the platform team's sentence explains in words of files and commands. */
const HERE: Readonly<Record<string, string>> = {
  signature_invalid: `The identity provider signs by a key that is not known; it may have replaced it: ${REPLACE}`,
  idp_key_unusable: `A certificate of the identity provider holds a key that cannot be used: ${REPLACE}`,
  issuer_mismatch: `The answer is of another identity provider than the metadata: ${REPLACE}`,
  decryption_key_missing: 'The identity provider encrypts what it sends: switch that off there.',
  decryption_failed: 'What the identity provider encrypts is not for a key of ours: switch encryption off there.',
  metadata_expired: `The metadata has ended: ${REPLACE}`,
  metadata_all_keys_replaced: `All keys of the identity provider are new, and nobody has said that they are its own: ${REPLACE}`,
  metadata_entity_id_changed: `The metadata is of another identity provider than before. If it was replaced: ${REPLACE}`,
  metadata_sso_url_moved: `The sign-in page of the identity provider moved to another host. If that is meant: ${REPLACE}`,
  metadata_no_identity_provider: `The metadata is of no identity provider: ${REPLACE}`,
  metadata_not_saml: `What is stored is no SAML metadata: ${REPLACE}`,
  metadata_several_entities: 'The metadata holds several identity providers: paste that of yours alone.',
  metadata_entity_not_found: 'The metadata does not hold this identity provider: paste its own.',
  metadata_too_large: 'The metadata is larger than 1 MB: paste that of this identity provider alone.',
  idp_disabled: 'The identity provider is switched off: switch it on here, if people are meant to sign in with it.',
  not_provisioned: 'The person has no account, and none is made by a sign-in: invite the person first.',
  no_rule_matched:
    'Nothing that the identity provider says of the person gives a role: put the person into a group there that does.',
  email_domain_not_allowed:
    'The address is of another domain than the organization’s: correct it at the identity provider.',
  email_missing: 'The identity provider sends no e-mail address: let it send one.',
  account_not_linkable:
    'The directory (SCIM) has this person under another address or name: correct it at the identity provider.',
  user_deactivated:
    'The directory (SCIM) deactivated the person: assign the application again at the identity provider.',
  user_disabled: 'The person is disabled: whoever administers the users enables them again.',
  password_too_short: 'The password is shorter than it must be: choose a longer one.',
  sign_in_failed:
    'A password was refused: it was wrong, or its user must sign in with single sign-on. Nothing is to be repaired here.',
  test_link_invalid: 'The link of a test was used before or is too old: test again here.',
  missing_role_mapping: 'The identity provider sends no attribute role_mapping: add it there for this person.',
};

/**
 * What is wrong and what to do, for somebody who has this page and the administration of the identity provider, and neither the
 * configuration nor the command line; undefined for a code that nobody knows.
 */
export function recoveryWords(code: string): string | undefined {
  if (Object.hasOwn(HERE, code)) return HERE[code];
  const entry = operatorEntry(code);
  return entry?.mustAct === 'platform' ? KEEPER : entry?.sentence;
}

/** Why a repair was refused, by the code of the admin API. */
const REFUSED: Readonly<Record<string, string>> = {
  replace_needs_consent: 'The metadata is of another identity provider than the one that people are linked to.',
  sso_not_tested:
    'Single sign-on is enforced, and this would take away the only identity provider that is known to work: test another one first.',
  no_sso_admin:
    'Nobody with the role sso_admin would be left to look after single sign-on: ask whoever administers the users.',
  no_recovery_admin: 'No recovery admin would be left: ask whoever keeps the configuration.',
  stale_revision: 'Somebody changed the configuration at the same moment: look at the page, and try again.',
  recovery_only: 'Recovery access may not change this: ask whoever keeps the configuration.',
};

/** What belongs to files and the command line says nothing to who repairs by a page. */
const OF_OPERATORS = /`|\brolecall \w|--\w|ROLECALL_|\bspec\.|[a-z]\.[a-z]+[A-Z]/;

/**
 * Why nothing was changed.
 * @param codes of the answer, and of what is wrong in detail
 * @param words of the admin API, for operators: quoted when they are about what was pasted, and not when they are about commands
 */
export function repairRefused(codes: readonly string[], words: string): string {
  const known = codes.find((code) => Object.hasOwn(REFUSED, code));
  const said = known === undefined ? undefined : REFUSED[known];
  return said ?? (OF_OPERATORS.test(words) ? KEEPER : words);
}

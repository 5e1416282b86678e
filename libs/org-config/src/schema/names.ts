import type { JsonSchema } from './json-schema.ts';

/**
 * Words that an organization must not be called, because they are, or may become, a part of a URL of the gateway, of a host
 * name or of an e-mail address beside the names of customers.
 */
const RESERVED_NAMES: readonly string[] = [
  'acs admin administrator api app apps assets auth billing callback cdn console continue dashboard docs',
  'error favicon health healthz help idp login logout mail metadata metrics oauth oauth2 oidc op password',
  'public readyz recovery robots root saml scim security session sessions settings setup signin signout',
  'signup slo sso static status support system test token userinfo v1 v2 verify well-known www',
].flatMap((line) => line.split(' '));

/** Steps of a sign-in in URLs; an identity provider of such a name would make them hard to read, and one day ambiguous. */
const SIGN_IN_STEPS: readonly string[] = ['acs', 'callback', 'continue', 'login', 'logout', 'metadata', 'slo', 'test'];

const SLUG = '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$';
const NAME = '^[A-Za-z0-9_][A-Za-z0-9._/-]{0,127}$';
const DOMAIN = '^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$';
// RFC 5322 section 3.4.1: dot-atom only. In lower case and ASCII, so that one address has one spelling here and in the database
const ADDRESS =
  "^(?!.*\\.[.@])[a-z0-9!#$%&'*+/=?^_`{|}~-][a-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$";
const DURATION = '^[1-9][0-9]{0,6}[smhd]$';
// no user:password@ in front of the host: a document in git is no place for a password
const HTTP_URL = '^https?://[^\\s/?#@]+(?:[/?#]\\S*)?$';
// OpenID Connect Discovery 1.0, section 3: no query, no fragment
const ISSUER = '^https?://[^\\s/?#@]+(?:/[^\\s?#]*)?$';
// RFC 3986, section 4.3: a scheme, and no white space
const ABSOLUTE_URI = '^[A-Za-z][A-Za-z0-9+.-]*:[^\\s\\u0000-\\u001f\\u007f]+$';
// beside the document or below it: no absolute path, no `..`, no backslash
const FILE_BELOW = '^(?![/.])(?!.*(?:^|/)\\.\\.(?:/|$))[^\\\\\\u0000]+$';
const PERMISSION = '^[A-Za-z0-9_*][A-Za-z0-9._:/*-]{0,127}$';
// upper case only: what was pasted here instead of a name seldom looks like one. Rolecall's own variables are nobody's, and
// neither is what a job of GitHub Actions gets its identity by
const ENVIRONMENT_NAME = '^(?!ROLECALL_|ACTIONS_)[A-Z_][A-Z0-9_]{0,127}$';
// C2SP age, section "ASCII armor": strict PEM, lines of 64 characters, the last one shorter
const AGE_FILE =
  '^-----BEGIN AGE ENCRYPTED FILE-----\\n(?:[A-Za-z0-9+/]{64}\\n)*[A-Za-z0-9+/]{1,64}={0,2}\\n-----END AGE ENCRYPTED FILE-----\\n?$';
const DAY = '^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$';
// RFC 6749 section 3.3: a scope token; values of acr have the same form
const TOKEN = '^[\\u0021\\u0023-\\u005b\\u005d-\\u007e]{1,256}$';
// a name of an organization with `*` in any place
const ORGANIZATION_GLOB = '^(?!.*\\*\\*)[a-z0-9*](?:[a-z0-9*-]{0,61}[a-z0-9*])?$';
// a URL or a word; whoever makes the tokens writes it as it is
const AUDIENCE = '^[^\\s\\u0000-\\u001f\\u007f]{1,512}$';
const CLAIM_NAME = '^[A-Za-z][A-Za-z0-9_:./-]{0,127}$';
// RFC 8141, without what a path or a filter of SCIM could not name
const URN = '^urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}(?::[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,12}$';
// RFC 7643, section 2.1
const ATTRIBUTE_NAME = '^[A-Za-z][A-Za-z0-9_-]{0,63}$';
const GUID = '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const PATH_SEGMENT = '^[A-Za-z0-9_-]{1,64}$';
// SAML core 8.3.6: a URI; nothing that a reader cannot see
const ENTITY_ID = '^[^\\s\\u0000-\\u001f\\u007f]+$';
const CERTIFICATE = '^-----BEGIN CERTIFICATE-----\\s[A-Za-z0-9+/=\\s]+-----END CERTIFICATE-----\\s*$';
// one line of text: no control characters
const TEXT = '^[^\\u0000-\\u001f\\u007f]+$';

/** What each pattern wants, for people; every pattern of the schema stands here. */
export const PATTERN_WORDS: Readonly<Record<string, string>> = {
  [SLUG]: 'lower-case letters, digits and inner hyphens, 1 to 63 of them',
  [NAME]: 'letters, digits, `.`, `_`, `/` and `-`, 1 to 128 of them, beginning with a letter, a digit or `_`',
  [DOMAIN]: 'a domain name in lower case as DNS has it, such as example.com',
  [ADDRESS]: 'a plain e-mail address in lower case, such as it@acme.com',
  [DURATION]: 'a whole number and a unit: s, m, h or d, such as 30m or 12h',
  [HTTP_URL]: 'a URL that begins with https:// (or http:// in development), without a password in it',
  [ISSUER]: 'a URL that begins with https:// (or http:// in development), without a query or a fragment',
  [ABSOLUTE_URI]: 'an absolute URI, such as urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  [FILE_BELOW]: 'a path beside this file or below it, with forward slashes and without `..`',
  [PERMISSION]: 'letters, digits and `. _ : / * -`, up to 128 of them, such as campaigns.read',
  [ENVIRONMENT_NAME]:
    'the name of an environment variable: upper-case letters, digits and `_`, and not one of Rolecall itself or of the job',
  [AGE_FILE]: 'what `rolecall secrets encrypt` prints, as a block of lines (`age: |`)',
  [ENTITY_ID]: 'an entity id, a URI without spaces',
  [CERTIFICATE]: 'one certificate in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
  [DAY]: 'a day, such as 2027-03-31',
  [TOKEN]: 'one word without spaces, quotes and backslashes',
  [URN]: 'a URN, such as urn:ietf:params:scim:schemas:extension:acme:2.0:User',
  [ATTRIBUTE_NAME]: 'letters, digits, `_` and `-`, 1 to 64 of them, beginning with a letter',
  [GUID]: 'a GUID in lower case, such as 11111111-2222-3333-4444-555555555555',
  [PATH_SEGMENT]: 'letters, digits, `_` and `-`, 1 to 64 of them',
  [ORGANIZATION_GLOB]:
    'a name of an organization, or a pattern of names: lower-case letters, digits, inner hyphens, and `*` for any characters',
  [AUDIENCE]: 'one word without spaces, such as https://rolecall.example.com',
  [CLAIM_NAME]: 'the name of a claim: letters, digits and `_ : . / -`, beginning with a letter',
  [TEXT]: 'one line of text without control characters',
};

export const organizationName: JsonSchema = { type: 'string', pattern: SLUG, not: { enum: RESERVED_NAMES } };
export const identityProviderName: JsonSchema = { type: 'string', pattern: SLUG, not: { enum: SIGN_IN_STEPS } };
export const slug: JsonSchema = { type: 'string', pattern: SLUG };
export const name: JsonSchema = { type: 'string', pattern: NAME };
export const domain: JsonSchema = { type: 'string', pattern: DOMAIN, maxLength: 253 };
/** RFC 5321 section 4.5.3.1.3: a path is at most 256 octets, with its brackets. */
export const emailAddress: JsonSchema = { type: 'string', pattern: ADDRESS, maxLength: 254 };
export const duration: JsonSchema = { type: 'string', pattern: DURATION };
export const httpUrl: JsonSchema = { type: 'string', pattern: HTTP_URL, maxLength: 2048 };
export const issuer: JsonSchema = { type: 'string', pattern: ISSUER, maxLength: 512 };
export const absoluteUri: JsonSchema = { type: 'string', pattern: ABSOLUTE_URI, maxLength: 512 };
export const environmentName: JsonSchema = { type: 'string', pattern: ENVIRONMENT_NAME };
/** A sealed value: 8 KiB of secret for a few dozen recipients stay below this. */
export const ageFile: JsonSchema = { type: 'string', pattern: AGE_FILE, maxLength: 32_768 };
export const day: JsonSchema = { type: 'string', pattern: DAY };
export const fileBelow: JsonSchema = { type: 'string', pattern: FILE_BELOW, maxLength: 512 };
export const entityId: JsonSchema = { type: 'string', pattern: ENTITY_ID, maxLength: 1024 };
export const certificate: JsonSchema = { type: 'string', pattern: CERTIFICATE, maxLength: 16_384 };
export const permission: JsonSchema = { type: 'string', pattern: PERMISSION };
export const token: JsonSchema = { type: 'string', pattern: TOKEN };
export const guid: JsonSchema = { type: 'string', pattern: GUID };
export const urn: JsonSchema = { type: 'string', pattern: URN, maxLength: 256 };
export const attributeName: JsonSchema = { type: 'string', pattern: ATTRIBUTE_NAME };
export const pathSegment: JsonSchema = { type: 'string', pattern: PATH_SEGMENT };
export const organizationGlob: JsonSchema = { type: 'string', pattern: ORGANIZATION_GLOB };
export const audience: JsonSchema = { type: 'string', pattern: AUDIENCE };
export const claimName: JsonSchema = { type: 'string', pattern: CLAIM_NAME };
export const claimValue: JsonSchema = { type: 'string', minLength: 1, maxLength: 512 };
export const text: JsonSchema = { type: 'string', pattern: TEXT, maxLength: 256 };
/** A word of the IdP: any string, as long as it is one. */
export const foreignWord: JsonSchema = { type: 'string', minLength: 1, maxLength: 512 };

/** Accounts beside the one that has the very address. */
export const aliases: JsonSchema = {
  description:
    '`plus`: a person whom this identity provider calls `ami@acme.com` may also open the accounts of this organization whose address is `ami+<anything>@acme.com`, by a choice after signing in. For identity providers, such as Google, at which these are one mailbox; needs `emailDomains` of the organization. Default: an address opens the account that has it, and no other.',
  enum: ['plus'],
  examples: ['plus'],
};

/** Which of the organization's e-mail domains an identity provider is for. */
export const emailDomainsOfProvider: JsonSchema = {
  description:
    "The e-mail domains of the organization that this identity provider is for: their users are led to it, and of an address of any other domain it isn't believed. Without the list it is for all of them.",
  type: 'array',
  uniqueItems: true,
  minItems: 1,
  maxItems: 1000,
  items: { ...domain, description: 'One of `spec.emailDomains`.', examples: ['eu.acme.com'] },
  examples: [['eu.acme.com']],
};

/** `previously` of a map's entry or of the organization. */
export function previously(of: JsonSchema, what: string, example: string): JsonSchema {
  return {
    description: `Earlier names of this ${what}. With it a new name is a rename that keeps everything linked to it; without it, a removal and a creation. Safe to leave in.`,
    type: 'array',
    uniqueItems: true,
    maxItems: 20,
    items: { ...of, description: `A name that this ${what} had.`, examples: [example] },
    examples: [[example]],
  };
}

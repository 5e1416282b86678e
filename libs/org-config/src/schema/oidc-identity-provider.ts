import { attributeNames } from './identity-provider.ts';
import type { JsonSchema } from './json-schema.ts';
import { PRESETS } from '../openid-provider.ts';
import {
  aliases,
  domain,
  duration,
  emailDomainsOfProvider,
  foreignWord,
  guid,
  identityProviderName,
  issuer,
  pathSegment,
  previously,
  text,
  token,
} from './names.ts';
import { secretReference } from './secret-reference.ts';

const clientSecret = secretReference({
  description:
    'Where the `rolecall` command finds the client secret; the secret itself never stands in a document. Exactly one of `fromEnv`, `fromFile`, `age`. A plan compares fingerprints; the value is sent at an apply only, and stored sealed.',
  expires:
    'The last day of the secret at the identity provider; `rolecall validate`, `plan` and `apply` warn of it from 30 days before.',
  variable: 'ACME_GOOGLE_SECRET',
  file: 'secrets/acme-google',
});

/** An OpenID provider of one organization. */
export const oidcIdentityProvider: JsonSchema = {
  description: 'An OpenID provider.',
  type: 'object',
  required: ['type', 'clientId'],
  additionalProperties: false,
  properties: {
    type: { description: 'The protocol: `oidc`.', const: 'oidc', examples: ['oidc'] },
    displayName: { ...text, description: 'What the sign-in page calls it. Default: its name.', examples: ['Google'] },
    enabled: {
      description: 'false keeps every setting and lets nobody sign in through it, until it is true again.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    preset: {
      description:
        'Which provider it is: fills in and checks what that one needs. Default: by the issuer, `generic` for one that is not known.',
      enum: PRESETS,
      examples: ['entra'],
    },
    issuer: {
      ...issuer,
      description:
        'The identifier of the provider, exactly as it names itself; its settings are read from /.well-known/openid-configuration below it. Needed with `preset: generic`; the other presets make it of `domain`, `tenant` or `tenants`.',
      examples: ['https://accounts.google.com'],
    },
    domain: {
      ...domain,
      description: 'Okta: the domain of the organization there, not the one with `-admin`.',
      examples: ['acme.okta.com'],
    },
    authorizationServer: {
      ...pathSegment,
      description: 'Okta: the id of a custom authorization server, beside `domain`. Default: that of the organization.',
      examples: ['default'],
    },
    tenant: {
      ...guid,
      description: 'Entra ID: the tenant (directory) id.',
      examples: ['11111111-2222-3333-4444-555555555555'],
    },
    tenants: {
      description:
        'Entra ID, instead of `tenant`: the tenants whose users may sign in through one application that serves several. Personal Microsoft accounts are the tenant 9188040d-6c67-4c5b-b112-36a304b66dad, refused unless it stands here.',
      type: 'array',
      uniqueItems: true,
      minItems: 1,
      maxItems: 100,
      items: { ...guid, description: 'A tenant id.', examples: ['11111111-2222-3333-4444-555555555555'] },
      examples: [['11111111-2222-3333-4444-555555555555', 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee']],
    },
    clientId: {
      ...foreignWord,
      description: 'The client id that the provider gave Rolecall. The redirect URI to enter there is /oidc/callback.',
      examples: ['1234.apps.googleusercontent.com'],
    },
    clientAuthentication: {
      description:
        'How Rolecall proves to the provider who it is. Default: what the provider offers, `client_secret_basic` first. `private_key_jwt` needs no `clientSecret`: the server makes keys for this identity provider, and publishes the public ones at /oidc/<organization>/<name>/jwks.json.',
      enum: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      examples: ['client_secret_post'],
    },
    clientSecret,
    responseMode: {
      description:
        'How the provider answers: `query` by a redirect, `form_post` by a form that its page posts, so that the code stands in no URL. A sign-in by form takes one redirect more.',
      enum: ['query', 'form_post'],
      default: 'query',
      examples: ['form_post'],
    },
    scopes: {
      description: 'Scopes to ask for beside `openid`, `email` and `profile`.',
      type: 'array',
      uniqueItems: true,
      maxItems: 20,
      items: { ...token, description: 'A scope.', examples: ['groups'] },
      examples: [['groups']],
    },
    userinfo: {
      description:
        'true asks the userinfo endpoint as well, for claims that the ID token has not; it never replaces one that the ID token has.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    forceAuthn: {
      description:
        'The provider must ask its users to authenticate again at each sign-in (`prompt=login`), and say by `auth_time` that it did.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    maxAge: {
      ...duration,
      description:
        'Users must have authenticated at the provider within this time (`max_age`); it must say by `auth_time` when they did.',
      examples: ['12h'],
    },
    acrValues: {
      description:
        'How strongly users must authenticate (`acr_values`), the best first: the claim `acr` must be one of these.',
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: { ...token, description: 'A value of `acr` as the provider calls it.', examples: ['phr'] },
      examples: [['phr', 'mfa']],
    },
    singleLogout: {
      description:
        'A sign-out here leads on to the sign-out of the provider (OpenID Connect RP-Initiated Logout); /logged-out must be entered there as an address to come back to. Sign-outs that begin there end the sessions here in any case, when the provider knows our back-channel logout address, /oidc/<organization>/<name>/backchannel-logout.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    consumerAccounts: {
      description:
        '`link`, for Google: users who are signed in link a Google account of their own at /account/identities, and can sign in with it from then on. It creates nobody, finds nobody by e-mail address and changes no roles. Needs `managedBy: app` and no `enforceSso`, since the company has no say in these accounts.',
      const: 'link',
      examples: ['link'],
    },
    trustEmail: {
      description:
        'true vouches that this provider proves the e-mail addresses it sends, though it does not say so by `email_verified`: they then lead to existing users, and count for `emailDomains`. An address that the provider calls unproved never does.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    hostedDomain: {
      ...domain,
      description:
        'Google Workspace: only users of this domain, by the claim `hd` of the ID token. Needed for Google, where anybody has an account, unless there is `consumerAccounts: link`.',
      examples: ['acme.com'],
    },
    emailDomains: emailDomainsOfProvider,
    aliases,
    attributes: {
      ...attributeNames,
      description:
        'Which claim of the ID token holds a profile field. A field that is not named here is read from the standard claim: `email`, `given_name`, `family_name`, `name`.',
      examples: [{ displayName: 'preferred_username' }],
    },
    previously: previously(identityProviderName, 'identity provider', 'google-old'),
  },
  examples: [
    {
      type: 'oidc',
      issuer: 'https://accounts.google.com',
      clientId: '1234.apps.googleusercontent.com',
      clientSecret: { fromEnv: 'ACME_GOOGLE_SECRET' },
      hostedDomain: 'acme.com',
    },
  ],
};

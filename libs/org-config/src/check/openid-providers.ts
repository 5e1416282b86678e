import type { Json } from '../document.ts';
import { mapOf, own, pointerTo, type JsonMap } from '../json.ts';
import { GOOGLE_ISSUER, type Preset, PRESETS, presetOf } from '../openid-provider.ts';
import { placeName, quoted, type Findings } from './finding.ts';

/** One OpenID provider of a document that may be wrong elsewhere. */
interface Declared {
  readonly name: string;
  readonly provider: JsonMap;
  readonly preset: Preset;
  readonly pointer: string;
}

type Check = (declared: Declared, findings: Findings) => void;

/** Keys that mean something with some presets only. */
const KEYS_OF_PRESETS: Readonly<Record<string, readonly Preset[]>> = {
  domain: ['okta'],
  authorizationServer: ['okta'],
  tenant: ['entra'],
  tenants: ['entra'],
  hostedDomain: ['google', 'generic'],
  consumerAccounts: ['google'],
};

/** What Google's ID tokens never answer: every sign-in would be refused. */
const NOT_OF_GOOGLE = ['forceAuthn', 'maxAge', 'acrValues'] as const;

const ENTRA_ISSUER = /^https:\/\/[^/]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/v2\.0$/;

const CHECKS: Readonly<Record<Preset, readonly Check[]>> = {
  google: [keysFit, googleIssuer, googleDomain, googleCannot, clientSecret],
  okta: [keysFit, oktaIssuer, clientSecret],
  entra: [keysFit, entraIssuer, entraTrust, clientSecret],
  generic: [keysFit, genericIssuer, clientSecret],
};

/** Each OpenID provider has what its preset needs, and nothing that cannot work with it. */
export function checkOpenIdProviders(document: Json, findings: Findings): void {
  const providers = mapOf(own(mapOf(own(mapOf(document), 'spec')), 'identityProviders'));
  for (const [name, entry] of Object.entries(providers)) {
    const provider = mapOf(entry);
    if (own(provider, 'type') !== 'oidc' || findings.full) continue;
    const preset = declaredPreset(provider);
    const pointer = pointerTo('/spec/identityProviders', name);
    for (const check of CHECKS[preset]) check({ name, provider, preset, pointer }, findings);
  }
}

/** Accounts that the company has no say in: they open no door that the company must be able to close. */
export function checkConsumerAccounts(document: Json, findings: Findings): void {
  const spec = mapOf(own(mapOf(document), 'spec'));
  const managed = own(mapOf(own(spec, 'authorization')), 'managedBy') !== 'app';
  const enforced = own(mapOf(own(spec, 'login')), 'enforceSso') === true;
  for (const [name, entry] of Object.entries(mapOf(own(spec, 'identityProviders')))) {
    if (own(mapOf(entry), 'consumerAccounts') !== 'link' || findings.full) continue;
    const pointer = pointerTo('/spec/identityProviders', name, 'consumerAccounts');
    const add = (message: string, suggestion: string) =>
      findings.add({ code: 'consumer_accounts_conflict', message, suggestion, pointer });
    if (enforced) add('`enforceSso` and accounts of the users do not go together', 'remove one of them');
    if (managed) {
      add(
        'access that the identity provider decides at each sign-in cannot be had with an account that it does not know',
        'write `managedBy: app` under `authorization`, or remove it',
      );
    }
  }
}

function declaredPreset(provider: JsonMap): Preset {
  const preset = PRESETS.find((each) => each === own(provider, 'preset'));
  const issuer = textOf(provider, 'issuer');
  return presetOf({ ...(preset && { preset }), ...(issuer !== undefined && { issuer }) });
}

function keysFit({ provider, preset, pointer }: Declared, findings: Findings): void {
  for (const [key, presets] of Object.entries(KEYS_OF_PRESETS)) {
    if (own(provider, key) === undefined || presets.includes(preset)) continue;
    findings.add({
      code: 'preset_conflict',
      message: `${quoted(key)} means nothing to an identity provider of the preset ${quoted(preset)}`,
      suggestion: `write ${quoted(`preset: ${presets[0] ?? ''}`)}, or remove it`,
      pointer: pointerTo(pointer, key),
    });
  }
}

function genericIssuer(declared: Declared, findings: Findings): void {
  oneOf(declared, ['issuer'], `issuer: ${GOOGLE_ISSUER}`, findings);
}

function googleIssuer({ provider, pointer }: Declared, findings: Findings): void {
  const issuer = textOf(provider, 'issuer');
  if (issuer === undefined || issuer === GOOGLE_ISSUER) return;
  conflict(findings, pointerTo(pointer, 'issuer'), {
    message: `${quoted(issuer)} is not the issuer of Google`,
    suggestion: 'remove it, or write another `preset`',
  });
}

/** Without it whoever has a Google account could sign in. */
function googleDomain(declared: Declared, findings: Findings): void {
  const { name, provider, pointer } = declared;
  if (own(provider, 'consumerAccounts') !== undefined) {
    for (const key of ['hostedDomain', 'trustEmail']) apart(declared, 'consumerAccounts', key, findings);
    return;
  }
  if (own(provider, 'hostedDomain') !== undefined) return;
  findings.add({
    code: 'hosted_domain_missing',
    message: `anybody with a Google account could sign in through ${quoted(name)}`,
    suggestion: 'add `hostedDomain: acme.com`, the domain of the Google Workspace, or `consumerAccounts: link`',
    pointer,
  });
}

function googleCannot({ provider, pointer }: Declared, findings: Findings): void {
  if (own(provider, 'clientAuthentication') === 'private_key_jwt') {
    conflict(findings, pointerTo(pointer, 'clientAuthentication'), {
      message: 'Google knows its clients by a secret alone',
      suggestion: 'remove it, and add `clientSecret`',
    });
  }
  for (const key of NOT_OF_GOOGLE) {
    const value = own(provider, key);
    if (value === undefined || value === false) continue;
    conflict(findings, pointerTo(pointer, key), {
      message: `Google does not say when and how its users authenticated, so with ${quoted(key)} nobody could sign in`,
      suggestion: 'remove it',
    });
  }
}

function oktaIssuer(declared: Declared, findings: Findings): void {
  const { provider, pointer } = declared;
  oneOf(declared, ['domain', 'issuer'], 'domain: acme.okta.com', findings);
  if (own(provider, 'issuer') !== undefined) apart(declared, 'issuer', 'authorizationServer', findings);
  for (const key of ['domain', 'issuer']) {
    const text = textOf(provider, key);
    const end = text === undefined ? undefined : /^(.*)-admin(\.okta(?:preview|-emea)?\.com.*)$/.exec(text);
    if (!end) continue;
    findings.add({
      code: 'invalid_value',
      message: `${quoted(text ?? '')} is where Okta's administrators sign in`,
      suggestion: `write ${quoted(`${end[1] ?? ''}${end[2] ?? ''}`)}`,
      pointer: pointerTo(pointer, key),
      at: 'value',
    });
  }
}

function entraIssuer(declared: Declared, findings: Findings): void {
  const { provider, pointer } = declared;
  oneOf(declared, ['tenant', 'tenants', 'issuer'], 'tenant: 11111111-2222-3333-4444-555555555555', findings);
  const issuer = textOf(provider, 'issuer');
  if (issuer === undefined || ENTRA_ISSUER.test(issuer)) return;
  findings.add({
    code: 'invalid_value',
    message: `${quoted(issuer)} is not the issuer of one tenant of Entra ID`,
    suggestion:
      'write the GUID of the tenant as `tenant`, or those of several as `tenants`; an issuer ends with `/<GUID>/v2.0`',
    pointer: pointerTo(pointer, 'issuer'),
    at: 'value',
  });
}

/** Whoever administers a tenant writes any address into an account. */
function entraTrust({ provider, pointer }: Declared, findings: Findings): void {
  if (own(provider, 'tenants') === undefined || own(provider, 'trustEmail') !== true) return;
  conflict(findings, pointerTo(pointer, 'trustEmail'), {
    message: 'the addresses of several tenants cannot be vouched for: each tenant could name those of another',
    suggestion: 'remove it, and let Entra ID send the claim `xms_edov`',
  });
}

function clientSecret(declared: Declared, findings: Findings): void {
  if (own(declared.provider, 'clientAuthentication') === 'private_key_jwt') {
    apart(declared, 'clientAuthentication: private_key_jwt', 'clientSecret', findings);
    return;
  }
  oneOf(declared, ['clientSecret'], 'clientSecret: { fromEnv: ACME_GOOGLE_SECRET }', findings);
}

/** Exactly one of these keys is there. */
function oneOf(declared: Declared, keys: readonly string[], example: string, findings: Findings): void {
  const { provider, pointer } = declared;
  const [first, ...others] = keys.filter((key) => own(provider, key) !== undefined);
  if (first === undefined) {
    const words = keys.map(quoted).join(' or ');
    const message = `${placeName(pointer)} has no ${words}`;
    findings.add({ code: 'missing_key', message, suggestion: `add \`${example}\``, pointer });
    return;
  }
  for (const other of others) apart(declared, first, other, findings);
}

function apart({ provider, pointer }: Declared, one: string, other: string, findings: Findings): void {
  if (own(provider, other) === undefined) return;
  findings.add({
    code: 'invalid_combination',
    message: `${quoted(one)} and ${quoted(other)} do not stand together`,
    suggestion: 'keep one of them',
    pointer: pointerTo(pointer, other),
  });
}

function conflict(
  findings: Findings,
  pointer: string,
  words: { readonly message: string; readonly suggestion: string },
): void {
  findings.add({ code: 'preset_conflict', ...words, pointer });
}

function textOf(provider: JsonMap, key: string): string | undefined {
  const value = own(provider, key);
  return typeof value === 'string' ? value : undefined;
}

import { effective } from '@rolecall/org-config';
import type {
  EffectiveApplication,
  EffectiveIdentityProvider,
  EffectiveOrganization,
  Json,
  OrganizationDocument,
} from '@rolecall/org-config';
import { keysOf } from './address.ts';

/** undefined = nothing falls back: what the setting belongs to is gone as well. */
type Default = (organization: EffectiveOrganization) => Json | undefined;

const OF_ORGANIZATION = new Map<string, Default>([
  ['/metadata/deletionPolicy', (it) => it.deletionPolicy],
  ['/spec/displayName', (it) => it.displayName],
  ['/spec/login/enforceSso', (it) => it.login.enforceSso],
  ['/spec/login/endOtherSessions', (it) => it.login.endOtherSessions],
  ['/spec/login/recovery/twoPerson', (it) => it.login.recovery.twoPerson],
  ['/spec/login/secondFactor', (it) => it.login.secondFactor],
  ['/spec/login/session/idle', (it) => duration(it.sessionIdleSeconds)],
  ['/spec/login/session/lifetime', (it) => duration(it.sessionLifetimeSeconds)],
  ['/spec/jit/enabled', (it) => it.jitEnabled],
  ['/spec/authorization/managedBy', (it) => it.policy.managedBy],
  ['/spec/authorization/unmatched', (it) => it.policy.unmatched],
  ['/spec/scim/enabled', (it) => it.scim?.enabled],
  ['/spec/scim/mode', (it) => it.scim?.mode],
  ['/spec/scim/linkExisting', (it) => it.scim?.linkExisting],
  ['/spec/scim/reprovision', (it) => it.scim?.reprovision],
  ['/spec/scim/uniqueGroupNames', (it) => it.scim?.uniqueGroupNames],
  ['/spec/scim/unknownMembers', (it) => it.scim?.unknownMembers],
  ['/spec/scim/brake/share', (it) => it.scim?.brake?.share],
  ['/spec/scim/brake/window', (it) => it.scim?.brake && duration(it.scim.brake.windowSeconds)],
  ['/spec/scim/brake/atLeast', (it) => it.scim?.brake?.atLeast],
]);

/** What falls back to a default in an entry of a map; undefined when there is no such entry. */
type Settings = (organization: EffectiveOrganization, name: string) => Readonly<Record<string, Json>> | undefined;

const OF_ENTRIES = new Map<string, Settings>([
  ['identityProviders', ({ identityProviders }, name) => settingsOf(identityProviders[name])],
  ['applications', ({ applications }, name) => applicationSettingsOf(applications[name])],
]);

function settingsOf(provider: EffectiveIdentityProvider | undefined): Readonly<Record<string, Json>> | undefined {
  if (!provider) return undefined;
  const { displayName, enabled, singleLogout } = provider;
  if (provider.type === 'oidc') return { displayName, enabled, singleLogout };
  const { forceAuthn, allowIdpInitiated, signRequests, requestBinding } = provider;
  const { minimumSigned, requireAuthnStatement, requireEncrypted } = provider;
  const requests = { forceAuthn, signRequests, requestBinding, singleLogout };
  const answers = { allowIdpInitiated, minimumSigned, requireAuthnStatement, requireEncrypted };
  return { displayName, enabled, ...requests, ...answers };
}

function applicationSettingsOf(
  application: EffectiveApplication | undefined,
): Readonly<Record<string, Json>> | undefined {
  if (!application) return undefined;
  const { displayName, enabled } = application;
  if (application.type === 'forward-auth') return { displayName, enabled };
  const { clientAuthentication, refreshTokens, idTokenAlgorithm } = application;
  return { displayName, enabled, clientAuthentication, refreshTokens, idTokenAlgorithm };
}

/** What holds when the document no longer says anything at `path`; undefined where there is no default worth a word. */
export function defaultAt(path: string, after: OrganizationDocument): Json | undefined {
  const known = OF_ORGANIZATION.get(path);
  if (known !== undefined) return known(effective(after));
  const [spec, map, name, setting] = keysOf(path);
  if (spec !== 'spec' || map === undefined || name === undefined || setting === undefined) return undefined;
  const settings = OF_ENTRIES.get(map)?.(effective(after), name);
  return settings && new Map(Object.entries(settings)).get(setting);
}

/** The largest unit that divides it, as documents write durations. */
function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

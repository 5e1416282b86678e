import { effective } from '@rolecall/org-config';
import type {
  EffectiveIdentityProvider,
  EffectiveOrganization,
  Json,
  OrganizationDocument,
} from '@rolecall/org-config';
import { keysOf } from './address.ts';

type Default = (organization: EffectiveOrganization) => Json;

const OF_ORGANIZATION = new Map<string, Default>([
  ['/metadata/deletionPolicy', (it) => it.deletionPolicy],
  ['/spec/displayName', (it) => it.displayName],
  ['/spec/login/enforceSso', (it) => it.enforceSso],
  ['/spec/login/session/idle', (it) => duration(it.sessionIdleSeconds)],
  ['/spec/login/session/lifetime', (it) => duration(it.sessionLifetimeSeconds)],
  ['/spec/jit/enabled', (it) => it.jitEnabled],
  ['/spec/authorization/managedBy', (it) => it.policy.managedBy],
  ['/spec/authorization/unmatched', (it) => it.policy.unmatched],
]);

/** What falls back to a default in an IdP's entry. */
function settingsOf(provider: EffectiveIdentityProvider): Map<string, Json> {
  const { displayName, enabled, singleLogout } = provider;
  if (provider.type === 'oidc') return new Map(Object.entries({ displayName, enabled, singleLogout }));
  const { forceAuthn, allowIdpInitiated, signRequests, requestBinding } = provider;
  const { minimumSigned, requireAuthnStatement, requireEncrypted } = provider;
  const requests = { forceAuthn, signRequests, requestBinding, singleLogout };
  const answers = { allowIdpInitiated, minimumSigned, requireAuthnStatement, requireEncrypted };
  return new Map(Object.entries({ displayName, enabled, ...requests, ...answers }));
}

/** What holds when the document no longer says anything at `path`; undefined where there is no default worth a word. */
export function defaultAt(path: string, after: OrganizationDocument): Json | undefined {
  const known = OF_ORGANIZATION.get(path);
  if (known !== undefined) return known(effective(after));
  const [spec, map, name, setting] = keysOf(path);
  if (spec !== 'spec' || map !== 'identityProviders' || name === undefined || setting === undefined) return undefined;
  const provider = new Map(Object.entries(effective(after).identityProviders)).get(name);
  return provider && settingsOf(provider).get(setting);
}

/** The largest unit that divides it, as documents write durations. */
function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

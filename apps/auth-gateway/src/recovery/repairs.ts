import type { Json } from '@rolecall/org-config';
import type { EffectiveIdentityProvider, EffectiveOrganization } from '@rolecall/org-config';
import type { Repair } from './admin-api.ts';

const HOUR_MS = 60 * 60 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** An override must end within its bound from when it arrives. */
const MARGIN_MS = 60_000;
export const RELEASE_HOURS = [1, 4, 8, 24] as const;

/** What somebody sent by a form of `/recovery`. UNVERIFIED */
export type RepairForm = Readonly<Record<string, unknown>>;

/** A form that can be no repair: what to do instead. */
export interface Unusable {
  readonly unusable: string;
}

/** Other metadata for a SAML identity provider: pasted, or behind a URL. */
export function metadataRepair(settings: EffectiveOrganization, form: RepairForm, now: Date): Repair | Unusable {
  const provider = named(settings, form);
  if (provider?.type !== 'saml') return { unusable: 'Choose an identity provider that has metadata.' };
  const xml = typeof form['xml'] === 'string' ? form['xml'].trim() : '';
  const url = typeof form['url'] === 'string' ? form['url'].trim() : '';
  if ((xml === '') === (url === '')) return { unusable: 'Paste the metadata, or give its URL: one of both.' };
  const another = form['another'] === 'yes';
  const unpinned: { readonly [key: string]: Json } = another ? { entityId: null, signedBy: null } : {};
  const metadata = xml === '' ? { ...unpinned, url, xml: null } : { ...unpinned, ...NO_URL, xml };
  return repairOf(provider, { metadata }, now, another);
}

export function enabledRepair(settings: EffectiveOrganization, form: RepairForm, now: Date): Repair | Unusable {
  const provider = named(settings, form);
  if (!provider) return { unusable: 'Choose an identity provider.' };
  return repairOf(provider, { enabled: form['enabled'] === 'true' }, now, false);
}

/** What only metadata behind a URL has. What else pins the former provider stays, unless another one is meant. */
const NO_URL = { url: null, refresh: null, signedBy: null };

/** Lets people in without single sign-on, for some hours. */
export function releaseRepair(form: RepairForm, now: Date): Repair | Unusable {
  const hours = RELEASE_HOURS.find((each) => String(each) === form['hours']);
  if (hours === undefined) return { unusable: `Choose for how long: ${RELEASE_HOURS.join(', ')} hours.` };
  const expires = new Date(now.getTime() + hours * HOUR_MS - MARGIN_MS);
  return { spec: { login: { enforceSso: false } }, expires, allowReplace: false };
}

/** The identity provider that a form names. */
export function named(
  { identityProviders }: EffectiveOrganization,
  form: RepairForm,
): EffectiveIdentityProvider | undefined {
  const name = form['idp'];
  return typeof name === 'string' && Object.hasOwn(identityProviders, name) ? identityProviders[name] : undefined;
}

function repairOf({ name }: EffectiveIdentityProvider, change: Json, now: Date, allowReplace: boolean): Repair {
  const expires = new Date(now.getTime() + WEEK_MS - MARGIN_MS);
  return { spec: { identityProviders: { [name]: change } }, expires, allowReplace };
}

import { OIDC_ERROR_CODES } from '@rolecall/oidc';
import { type MustAct, SAML_ERROR_CODES } from '@rolecall/saml';
import { GATEWAY_ERROR_CODES, type OperatorEntry } from './gateway-codes.ts';
import { TOPIC_OF_CODE } from './topics.ts';
import type { Vendor } from './vendor.ts';
import { VENDOR_FACTS } from './vendors/index.ts';

/** What an operator is told of a refused login. */
export interface ErrorGuidance {
  readonly mustAct: MustAct;
  /** What is wrong and what to do. */
  readonly sentence: string;
  /** The way through the menus of the customer's identity provider, where one of its settings is what to change. */
  readonly menu: string | undefined;
  /** The guide for this vendor, from the root of the repository. */
  readonly guide: string;
}

const CATALOGUE: ReadonlyMap<string, OperatorEntry> = new Map(
  [SAML_ERROR_CODES, OIDC_ERROR_CODES, GATEWAY_ERROR_CODES].flatMap((codes) => Object.entries<OperatorEntry>(codes)),
);

/** Every code that a login can be refused with, sorted. */
export const ERROR_CODES: readonly string[] = [...CATALOGUE.keys()].sort();

/** Who must act on a code, and the operator's sentence; undefined for a code that nobody knows. */
export function operatorEntry(code: string): OperatorEntry | undefined {
  return CATALOGUE.get(code);
}

/** Everything that helps to end a refusal; undefined for a code that nobody knows, as of an older version. */
export function errorGuidance(
  code: string,
  vendor: Vendor,
  protocol: keyof typeof GENERIC_GUIDES,
): ErrorGuidance | undefined {
  const entry = CATALOGUE.get(code);
  if (!entry) return undefined;
  const { mustAct, sentence } = entry;
  return {
    mustAct,
    sentence,
    menu: menuOf(code, vendor, protocol),
    guide: `docs/guides/${guideOf(vendor, protocol)}.md`,
  };
}

/** The menu for what a code is about. */
export function menuOf(code: string, vendor: Vendor, protocol: keyof typeof GENERIC_GUIDES): string | undefined {
  const topic = Object.hasOwn(TOPIC_OF_CODE, code) ? TOPIC_OF_CODE[code] : undefined;
  if (topic === undefined) return undefined;
  const { menus, oidcMenus } = VENDOR_FACTS[vendor];
  return (protocol === 'oidc' ? oidcMenus?.[topic] : undefined) ?? menus[topic];
}

const GENERIC_GUIDES = { saml: 'generic-saml', oidc: 'generic-oidc' } as const;

/** The name of a vendor's guide: its file in docs/guides without `.md`. */
export function guideOf(vendor: Vendor, protocol: keyof typeof GENERIC_GUIDES): string {
  if (vendor === 'generic') return GENERIC_GUIDES[protocol];
  return vendor === 'google' ? 'google-workspace' : vendor;
}

import { isObject, keysOf } from '../fields/address.ts';
import type { FieldChange, OrganizationChange } from './plan.ts';

/** The e-mail domains that a change makes claims (`verification: dns`): each opens nothing before its TXT record is there. */
export function domainsToProve({ fields }: Pick<OrganizationChange, 'fields'>): readonly string[] {
  return fields.flatMap(domainToProve);
}

function domainToProve({ path, after }: FieldChange): readonly string[] {
  const [spec, map, domain, key, ...below] = keysOf(path);
  if (spec !== 'spec' || map !== 'emailDomains' || domain === undefined || below.length > 0) return [];
  const verification = key === undefined ? isObject(after) && after['verification'] : key === 'verification' && after;
  return verification === 'dns' ? [domain] : [];
}

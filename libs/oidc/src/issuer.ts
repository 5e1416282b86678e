import type { ProviderReference } from './connection.ts';
import { refuse, shown } from './errors.ts';
import type { JsonObject } from './json.ts';

/** Stands for the tenant in an issuer of Entra ID that serves several. */
const PLACEHOLDER = '{tenantid}';
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The issuer that a token of this tenant names. */
export function issuerOfTenant(template: string, tenant: string): string {
  return template.replace(PLACEHOLDER, tenant);
}

/** Whether a callback may name this issuer (RFC 9207): the configured one, or that of a tenant that may sign in. */
export function mayAnswerAs({ issuer, tenants }: ProviderReference, iss: unknown): boolean {
  if (tenants === undefined) return iss === issuer;
  return tenants.some((tenant) => iss === issuerOfTenant(issuer, tenant));
}

/**
 * The issuer that an ID token with these claims must name. Of a template: the one of the token's tenant, which must be in
 * the connection's list (O1, O2, O4): whoever has a tenant of their own can get tokens signed by the very same keys.
 * @throws OidcError `id_token_tenant_invalid`, `tenant_not_allowed`
 */
export function expectedIssuer({ issuer, tenants }: ProviderReference, { tid }: JsonObject): string {
  if (tenants === undefined) return issuer;
  if (typeof tid !== 'string' || !GUID.test(tid)) {
    return refuse('id_token_tenant_invalid', { got: `tid ${shown(tid)}`, want: 'a GUID' });
  }
  if (!tenants.includes(tid)) refuse('tenant_not_allowed', { got: tid, want: tenants.join(', ') });
  return issuerOfTenant(issuer, tid);
}

import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { effective, issuersOf } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { ReconcileError } from '@rolecall/reconcile';
import type { ReconcileProblem } from '@rolecall/reconcile';
import { query } from '../sql.ts';
import type { DomainVerification } from '../stores.ts';
import { LOCK_ORIGINS, REPLACE_CLAIMS, REPLACE_ROUTES } from './route-statements.ts';

/**
 * Makes the document's e-mail domains, as far as they are asserted or proved, its previous names, its issuers and the
 * origins of its applications exactly what routes to the organization, and the rest of its domains claims that wait for their proof. Throws a ReconcileError
 * with every one that belongs to another organization.
 */
export async function replaceRoutes(
  client: PoolClient,
  organizationId: string,
  name: string,
  document: OrganizationDocument,
  { now, applies }: { readonly now: Date; readonly applies: boolean },
): Promise<void> {
  const declared = Object.entries(document.spec.emailDomains ?? {});
  const by = (verification: DomainVerification) =>
    declared.filter(([, entry]) => entry.verification === verification).map(([domain]) => domain);
  const [asserted, dns] = [by('asserted'), by('dns')];
  const previous = (document.metadata.previously ?? []).filter((old) => old !== name);
  const { identityProviders, applications } = effective(document);
  const issuers = Object.values(identityProviders).flatMap((it) => (it.type === 'oidc' ? issuersOf(it.provider) : []));
  const origins = new Map(
    Object.values(applications).flatMap((it) =>
      it.type === 'forward-auth' && it.enabled ? it.origins.map((origin) => [origin, it.name] as const) : [],
    ),
  );
  const claimed = [
    ...new Set(Object.values(applications).flatMap((it) => (it.type === 'forward-auth' ? it.origins : []))),
  ];
  if (claimed.length > 0 && applies) await query(client, LOCK_ORIGINS, [organizationId, claimed]);
  // the second sees what the first wrote: they are sent together and done one after the other
  const [, taken] = await Promise.all([
    query(client, REPLACE_CLAIMS, [organizationId, asserted, dns, declared.map(newToken), now]),
    query<{ kind: 'domain' | 'name'; value: string }>(client, REPLACE_ROUTES, [
      organizationId,
      asserted,
      previous,
      [...new Set(issuers)],
      dns,
      [...origins.keys()],
      [...origins.values()],
      claimed,
    ]),
  ]);
  const [first, ...others] = taken.map(({ kind, value }) =>
    kind === 'domain' ? domainProblem(name, value) : nameProblem(name, value, '/metadata/previously'),
  );
  if (first !== undefined) throw new ReconcileError([first, ...others]);
}

/** 160 random bits, as DNS shows them. */
function newToken(): string {
  return randomBytes(20).toString('hex');
}

/** The refusal of a name that another organization has, or had and keeps. */
export function nameTaken(organization: string, name: string): ReconcileError {
  return new ReconcileError([nameProblem(organization, name, '/metadata/name')]);
}

function nameProblem(organization: string, name: string, pointer: string): ReconcileProblem {
  const message = `"${name}" is or was the name of another organization; choose another one, or free it there first`;
  return { code: 'name_taken', organization, pointer, message };
}

function domainProblem(organization: string, domain: string): ReconcileProblem {
  const message = `"${domain}" belongs to another organization; remove it there first`;
  return { code: 'email_domain_taken', organization, pointer: `/spec/emailDomains/${domain}`, message };
}

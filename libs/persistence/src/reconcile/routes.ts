import type { PoolClient } from 'pg';
import { effective, issuersOf } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { ReconcileError } from '@rolecall/reconcile';
import type { ReconcileProblem } from '@rolecall/reconcile';
import { query } from '../sql.ts';
import { REPLACE_ROUTES } from './statements.ts';

/**
 * Makes the document's e-mail domains, previous names and issuers exactly what routes to the organization. Throws a ReconcileError
 * with every one that belongs to another organization.
 */
export async function replaceRoutes(
  client: PoolClient,
  organizationId: string,
  name: string,
  document: OrganizationDocument,
): Promise<void> {
  const domains = Object.keys(document.spec.emailDomains ?? {});
  const previous = (document.metadata.previously ?? []).filter((old) => old !== name);
  const issuers = Object.values(effective(document).identityProviders).flatMap((it) =>
    it.type === 'oidc' ? issuersOf(it.provider) : [],
  );
  const taken = await query<{ kind: 'domain' | 'name'; value: string }>(client, REPLACE_ROUTES, [
    organizationId,
    domains,
    previous,
    [...new Set(issuers)],
  ]);
  const [first, ...others] = taken.map(({ kind, value }) =>
    kind === 'domain' ? domainProblem(name, value) : nameProblem(name, value, '/metadata/previously'),
  );
  if (first !== undefined) throw new ReconcileError([first, ...others]);
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

import type { PoolClient } from 'pg';
import type { FactsJson } from '@rolecall/role-mapping';
import { query } from '../sql.ts';
import type { StoredUser, SubjectKey } from '../stores.ts';
import {
  FACTS_OF_SUBJECT,
  FIND_ALIAS_USERS,
  FIND_LINKABLE_USERS,
  FIND_USER_BY_SUBJECT,
  FIND_USERS,
  IS_ADDRESS_OF_ANOTHER,
  IS_DOMAIN_OF_ANOTHER,
} from './statements.ts';
import { subjectColumns, toStoredUser } from './stored-user.ts';
import type { UserRow } from './stored-user.ts';

/** Whom a login may be of: the questions of `OrganizationTransaction`, which says what each means. */
export async function findUserBySubject(client: PoolClient, organizationId: string, subject: SubjectKey) {
  const [user] = await users(client, FIND_USER_BY_SUBJECT, [organizationId, ...subjectColumns(subject)]);
  return user;
}

export function findLinkableUsers(client: PoolClient, organizationId: string, email: string, identityProvider: string) {
  return users(client, FIND_LINKABLE_USERS, [organizationId, email, identityProvider]);
}

export function findAliasUsers(
  client: PoolClient,
  organizationId: string,
  at: { readonly local: string; readonly domain: string },
  { identityProvider, nameId }: SubjectKey,
  aliasFormat: string,
) {
  const pattern = `${likely(at.local)}+%@${likely(at.domain)}`;
  return users(client, FIND_ALIAS_USERS, [organizationId, pattern, identityProvider, nameId.value, aliasFormat]);
}

export function findUsers(client: PoolClient, organizationId: string, userIds: readonly string[]) {
  return users(client, FIND_USERS, [organizationId, userIds]);
}

export async function factsOf(client: PoolClient, organizationId: string, subject: SubjectKey) {
  const values = [organizationId, ...subjectColumns(subject)];
  return (await query<{ facts: FactsJson }>(client, FACTS_OF_SUBJECT, values))[0]?.facts;
}

export function isAddressOfAnother(client: PoolClient, organizationId: string, email: string, userId: string) {
  return isTaken(client, IS_ADDRESS_OF_ANOTHER, [organizationId, email, userId]);
}

export function isDomainOfAnother(client: PoolClient, organizationId: string, domain: string) {
  return isTaken(client, IS_DOMAIN_OF_ANOTHER, [organizationId, domain]);
}

type Question = Parameters<typeof query>[1];

async function users(client: PoolClient, statement: Question, values: unknown[]): Promise<readonly StoredUser[]> {
  return (await query<UserRow>(client, statement, values)).map(toStoredUser);
}

async function isTaken(client: PoolClient, statement: Question, values: unknown[]): Promise<boolean> {
  const [row] = await query<{ taken: boolean }>(client, statement, values);
  return row?.taken === true;
}

/** A text in which LIKE finds no wildcard. */
function likely(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

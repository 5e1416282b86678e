import { emailDomainOf } from '@rolecall/org-config';
import { emailKeys, emailOf, groupKeys, userKeys } from '@rolecall/scim';
import type { ResourceBody, ScimValue } from '@rolecall/scim';
import type { DirectoryAccess } from '../stores.ts';
import { foldedBody } from './search/folded-body.ts';

/** A body as PostgreSQL gives it back: no attribute without a value. Itself, where that is so. */
export function asStored(body: ResourceBody): ResourceBody {
  return isWhole(body) ? body : (JSON.parse(JSON.stringify(body)) as ResourceBody);
}

/** Whether everything in it has a value, and none that JSON says otherwise. */
function isWhole(value: ScimValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined && !Object.is(value, -0);
  for (const each of Object.values(value)) if (!isWhole(each as ScimValue | undefined)) return false;
  return true;
}

/** A user's body as it is stored: it says whether the user is active, which filters ask. */
export function storedUser(body: ResourceBody): ResourceBody {
  return asStored({ ...body, active: isActive(body) });
}

/** A user's body as the SQL functions take it: itself, and what is looked up in it. */
export function userColumns(userId: string, body: ResourceBody) {
  return {
    userId,
    ...userKeys(body),
    body,
    folded: foldedBody(body),
    emails: emailKeys(body),
    /** Must not be another organization's. */
    emailDomain: emailDomainIn(body),
  };
}

/** Of the address that a user is known by. */
export function emailDomainIn(body: ResourceBody): string | undefined {
  return emailDomainOf(emailOf(body) ?? '') || undefined;
}

export function groupColumns(groupId: string, body: ResourceBody) {
  return { groupId, ...groupKeys(body), body, folded: foldedBody(body) };
}

/** A decision about one user as the SQL functions take it; without grants when it leaves what is held. */
export function accessColumns(userId: string, decided: DirectoryAccess) {
  const { revision, facts, profile, access } = decided;
  return { userId, revision, facts, profile, ...(access && heldColumns(userId, access)) };
}

/** Grants and memberships as rows. */
export function heldColumns(userId: string, { grants, groups }: NonNullable<DirectoryAccess['access']>) {
  return {
    grants: grants.map(({ scope, role, sources }) => ({ user_id: userId, scope, role, sources })),
    memberships: groups.map(({ group, sources }) => ({ user_id: userId, group_name: group, sources })),
  };
}

/** A user who is not said to be inactive is active (C9). */
export function isActive(body: ResourceBody): boolean {
  return userKeys(body).active;
}

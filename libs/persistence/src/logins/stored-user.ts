import { DIRECTORY } from '@rolecall/reconcile';
import type { FactsJson, Profile } from '@rolecall/role-mapping';
import type { StoredUser, SubjectKey, UserStatus } from '../stores.ts';

export interface UserRow {
  user_id: string;
  status: UserStatus;
  email: string | null;
  given_name: string | null;
  family_name: string | null;
  display_name: string | null;
  /** Null = nobody of the directory. */
  directory: { by: string | null; facts: FactsJson | null } | null;
}

export function toStoredUser(row: UserRow): StoredUser {
  const profile: Profile = {
    ...(row.email !== null && { email: row.email }),
    ...(row.given_name !== null && { givenName: row.given_name }),
    ...(row.family_name !== null && { familyName: row.family_name }),
    ...(row.display_name !== null && { displayName: row.display_name }),
  };
  const user = { userId: row.user_id, status: row.status, profile };
  if (row.directory === null) return user;
  const { by, facts } = row.directory;
  const identityProvider = by === null || by === DIRECTORY ? undefined : by;
  return { ...user, directory: { identityProvider, facts: facts ?? {} } };
}

/** The profile as columns: email, given name, family name, display name. */
export function profileColumns(profile: Profile): (string | null)[] {
  return [profile.email, profile.givenName, profile.familyName, profile.displayName].map((value) => value ?? null);
}

/** Identity provider, format, value: the order of the primary key of `identities`. */
export function subjectColumns({ identityProvider, nameId }: SubjectKey): string[] {
  return [identityProvider, nameId.format, nameId.value];
}

import type { Client } from './client.ts';

/** A user of an organization with what the user holds. */
export interface User {
  readonly userId: string;
  readonly status: 'invited' | 'active' | 'disabled';
  readonly email: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string | null;
  readonly identityProviders: readonly string[];
  readonly grants: readonly { readonly scope: string; readonly role: string }[];
  readonly groups: readonly string[];
}

const PAGE = '1000';

/** All users of an organization, a page at a time: what was read before is not kept. */
export async function* usersOf(client: Client, organization: string): AsyncGenerator<readonly User[]> {
  const path = `v1/organizations/${encodeURIComponent(organization)}/users`;
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: PAGE, ...(cursor !== null && { cursor }) });
    const page: { readonly users: readonly User[]; readonly nextCursor: string | null } = await client.call(
      'GET',
      `${path}?${query.toString()}`,
    );
    yield page.users;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

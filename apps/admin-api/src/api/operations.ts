import { audit } from './operations/audit.ts';
import { collections } from './operations/collections.ts';
import { directories } from './operations/directories.ts';
import { logins } from './operations/logins.ts';
import { organizations } from './operations/organizations.ts';
import { users } from './operations/users.ts';

export type { Operation } from './operations/operation.ts';

/** The whole of the API: the router, the access check, the body check and the OpenAPI document are made from it. */
export const OPERATIONS = { ...collections, ...organizations, ...logins, ...directories, ...users, ...audit } as const;

import { audit } from './schemas/audit.ts';
import { directories } from './schemas/directories.ts';
import { logins } from './schemas/logins.ts';
import { organizations } from './schemas/organizations.ts';
import { requests } from './schemas/requests.ts';
import { users } from './schemas/users.ts';

/** Everything that the API takes and gives, by name: checked at the door, and published in the OpenAPI document. */
export const SCHEMAS = { ...requests, ...organizations, ...logins, ...directories, ...users, ...audit };
export type SchemaName = keyof typeof SCHEMAS;

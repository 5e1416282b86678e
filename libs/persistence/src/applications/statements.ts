import type { Statement } from '../sql.ts';

export const PURGE_APPLICATIONS: Statement = {
  name: 'purge.applications',
  text: 'select purge_applications($1, $2)::integer as "applicationTokens"',
};

import type { Statement } from '../sql.ts';

export const APPLICATION_SESSION: Statement = {
  name: 'applications.session',
  text: 'select application_session($1, $2, true, $3) as session',
};

export const APPLICATION_SIGN_IN: Statement = {
  name: 'applications.sign-in',
  text: 'select application_sign_in($1, $2, $3, $4, $5, $6) as done',
};

export const APPLICATION_ISSUE: Statement = {
  name: 'applications.issue',
  text: 'select application_issue($1, $2, $3) as done',
};

export const APPLICATION_TOKEN: Statement = {
  name: 'applications.token',
  text: 'select application_token($1, $2, $3) as token',
};

export const APPLICATION_END_GRANT: Statement = {
  name: 'applications.end-grant',
  text: 'select application_end_grant($1, $2, $3) as done',
};

export const APPLICATION_END_TOKEN: Statement = {
  name: 'applications.end-token',
  text: 'select application_end_token($1, $2)',
};

export const PURGE_APPLICATIONS: Statement = {
  name: 'purge.applications',
  text: 'select purge_applications($1, $2)::integer as "applicationTokens"',
};

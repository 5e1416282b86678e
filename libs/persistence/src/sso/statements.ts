import type { Statement } from '../sql.ts';

/** The organization's row must be there, and the IdP must be one of its own. */
export const CREATE_TEST: Statement = {
  name: 'sso.create-test',
  text: `
insert into sso_tests (org_id, test_id, identity_provider, token_hash, created_by, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)`,
};

export const FIND_TEST: Statement = {
  name: 'sso.find-test',
  text: `
select test_id, identity_provider, expires_at, trace_id, finished_at, result
from sso_tests
where org_id = $1 and identity_provider = $2 and test_id = $3 and expires_at > $4`,
};

export const IS_TEST_OPEN: Statement = {
  name: 'sso.is-test-open',
  text: `
select from sso_tests
where org_id = $1 and identity_provider = $2 and token_hash = $3 and finished_at is null and expires_at > $4`,
};

/** The link may begin again until it has a result; the login that it began last counts. */
export const START_TEST: Statement = {
  name: 'sso.start-test',
  text: `
update sso_tests set trace_id = $4
where org_id = $1 and identity_provider = $2 and token_hash = $3 and finished_at is null and expires_at > $5
returning test_id`,
};

export const FINISH_TEST: Statement = {
  name: 'sso.finish-test',
  text: `
update sso_tests set finished_at = $3, result = $4, expires_at = $5
where org_id = $1 and trace_id = $2 and finished_at is null and expires_at > $3
returning test_id`,
};

export const RECORD_EVIDENCE: Statement = {
  name: 'sso.record-evidence',
  text: `
insert into sso_evidence as e (org_id, identity_provider, connection_digest, revision, kind, at)
values ($1, $2, $3, $4, $5, $6)
on conflict (org_id, identity_provider) do update
set connection_digest = excluded.connection_digest, revision = excluded.revision, kind = excluded.kind, at = excluded.at
where e.at <= excluded.at`,
};

export const EVIDENCE: Statement = {
  name: 'sso.evidence',
  text: 'select identity_provider, connection_digest, at from sso_evidence where org_id = $1',
};

export const FORGET_EVIDENCE: Statement = {
  name: 'sso.forget-evidence',
  text: 'delete from sso_evidence where org_id = $1 and identity_provider = $2',
};

export const RENAME_EVIDENCE: Statement = {
  name: 'sso.rename-evidence',
  text: `
with replaced as (
  delete from sso_evidence where org_id = $1 and identity_provider = $2
  returning connection_digest, revision, kind, at
)
insert into sso_evidence (org_id, identity_provider, connection_digest, revision, kind, at)
select $1, $3, connection_digest, revision, kind, at from replaced
on conflict (org_id, identity_provider) do update
set connection_digest = excluded.connection_digest, revision = excluded.revision, kind = excluded.kind, at = excluded.at`,
};

export const PURGE_TESTS: Statement = {
  name: 'sso.purge-tests',
  text: 'select purge_sso_tests($1, $2)::integer as tests',
};

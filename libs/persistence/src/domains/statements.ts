import type { Statement } from '../sql.ts';

const CLAIM = 'domain, verification, token, claimed_at, verified_at, checked_at, failing_since, error';

export const LIST_CLAIMS: Statement = {
  name: 'domains.list',
  text: `select ${CLAIM} from domain_claims where org_id = $1 order by domain`,
};

export const FIND_CLAIM: Statement = {
  name: 'domains.find',
  text: `select ${CLAIM} from domain_claims where org_id = $1 and domain = $2`,
};

/** By its token too: a claim that was given up and made again meanwhile is another one. */
export const LOCK_CLAIM: Statement = {
  name: 'domains.lock',
  text: `select ${CLAIM} from domain_claims where org_id = $1 and domain = $2 and token = $3 for update`,
};

/** Replicas pass over what another one is taking at this moment. */
export const TAKE_DUE: Statement = {
  name: 'domains.take-due',
  text: `
update domain_checks c set due_at = $2
from (
  select org_id, domain from domain_checks where due_at <= $1 order by due_at limit $3 for update skip locked
) due
where c.org_id = due.org_id and c.domain = due.domain
returning c.org_id, c.domain`,
};

export const IS_FREE: Statement = {
  name: 'domains.is-free',
  text: 'select not exists (select from email_domains where domain = $2 and org_id <> $1) as is_free',
};

/** No row comes back when the domain is another organization's. */
export const TAKE_ROUTE: Statement = {
  name: 'domains.take-route',
  text: `
insert into email_domains as e (domain, org_id, verification) values ($2, $1, 'dns')
on conflict (domain) do update set verification = 'dns' where e.org_id = excluded.org_id
returning domain`,
};

export const END_ROUTE: Statement = {
  name: 'domains.end-route',
  text: `delete from email_domains where domain = $2 and org_id = $1 and verification = 'dns'`,
};

/** Tells every process when what routes may have changed. */
export const RECORD_CHECK: Statement = {
  name: 'domains.record-check',
  text: `
with checked as (
  update domain_claims set checked_at = $3, verified_at = $4, failing_since = $5, error = $6
  where org_id = $1 and domain = $2
), next as (
  update domain_checks set due_at = $7 where org_id = $1 and domain = $2
)
select case when $8::boolean then pg_notify('rolecall_organization', $1::text) end`,
};

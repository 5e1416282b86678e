import type { Statement } from '../sql.ts';

export const SAVE_PLAN: Statement = {
  name: 'reconcile.save-plan',
  text: 'insert into saved_plans (plan_id, collection, fingerprint, base, expires_at) values ($1, $2, $3, $4, $5)',
};

export const FIND_PLAN: Statement = {
  name: 'reconcile.find-plan',
  text: 'select plan_id, collection, fingerprint, base, expires_at, used_at from saved_plans where plan_id = $1',
};

export const LOCK_PLAN: Statement = { name: 'reconcile.lock-plan', text: `${FIND_PLAN.text} for update` };

export const USE_PLAN: Statement = {
  name: 'reconcile.use-plan',
  text: 'update saved_plans set used_at = $2 where plan_id = $1',
};

export const FIND_RESULT: Statement = {
  name: 'reconcile.find-result',
  text: 'select apply_id, actor, collection, fingerprint, summary, applied from apply_results where apply_id = $1',
};

export const KEEP_RESULT: Statement = {
  name: 'reconcile.keep-result',
  text: `
insert into apply_results (apply_id, actor, collection, fingerprint, summary, applied, applied_at)
values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)`,
};

/** A used plan stays as long as an unused one, so that using it again is told from a plan that never was. */
export const PURGE_ONCE: Statement = {
  name: 'purge.once',
  text: `
with plans as (
  delete from saved_plans where expires_at <= $1 returning 1
), results as (
  delete from apply_results where applied_at <= $2 returning 1
)
select ((select count(*) from plans) + (select count(*) from results))::integer as purged`,
};

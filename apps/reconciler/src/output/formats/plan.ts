import { appendFileSync } from 'node:fs';
import { renderPlanMarkdown } from '@rolecall/reconcile';
import type { Plan } from '@rolecall/reconcile';
import type { Io } from '../../io.ts';
import { annotation } from './diagnostics.ts';

const MOST_NOTICES = 10;

/** The page of the job that runs, where the whole plan is; undefined outside of a pipeline that says so. */
export function jobLink(env: Io['env']): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, CI_JOB_URL: job } = env;
  const link = job ?? (server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined);
  return link !== undefined && /^https?:\/\/[^\s()<>"]+$/.test(link) ? link : undefined;
}

/**
 * A plan for a job of GitHub Actions: a notice on the line of each organization that changes, ten of them, and the whole in the
 * job's summary.
 */
export function githubPlan(plan: Plan, { env }: Pick<Io, 'env'>): string {
  const { GITHUB_STEP_SUMMARY: summary } = env;
  const link = jobLink(env);
  if (summary !== undefined && summary !== '') appendFileSync(summary, renderPlanMarkdown(plan, link ? { link } : {}));
  const notices = plan.changes.slice(0, MOST_NOTICES).map(({ action, organization, fields, source }) => {
    const at = source && { file: source.file, line: String(source.line), col: String(source.column) };
    const count = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`;
    return annotation('notice', { ...at, title: `${action} ${organization}` }, `${action} ${organization}: ${count}`);
  });
  const left = plan.changes.length - notices.length;
  const more = left > 0 ? [annotation('notice', {}, `${left} more changes are in the summary of the job`)] : [];
  return [...notices, ...more, annotation('notice', { title: 'fingerprint' }, plan.fingerprint)].join('');
}

import type { PlanRequest } from './server/client.ts';

/** Variables that say which commit of which repository is applied, the first one set wins. */
const VARIABLES = {
  commit: ['ROLECALL_COMMIT', 'GITHUB_SHA', 'CI_COMMIT_SHA'],
  repository: ['ROLECALL_REPOSITORY', 'GITHUB_REPOSITORY', 'CI_PROJECT_PATH'],
} as const;

/** Where the files come from, as the history of an organization shall tell it. */
export function originOf(env: Readonly<Record<string, string | undefined>>): PlanRequest['origin'] {
  const first = (names: readonly string[]) => names.map((name) => env[name]).find((value) => value);
  const commit = first(VARIABLES.commit);
  const repository = first(VARIABLES.repository);
  return { ...(commit ? { commit } : {}), ...(repository ? { repository } : {}) };
}

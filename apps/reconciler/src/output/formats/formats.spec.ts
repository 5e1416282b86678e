import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Diagnostic } from '@rolecall/org-config';
import type { OrganizationChange, Plan } from '@rolecall/reconcile';
import { annotation, githubAnnotations, junit } from './diagnostics.ts';
import { githubPlan, jobLink } from './plan.ts';

const problem = (message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic => {
  return { severity, code: 'unknown_key', message, position: { file: 'a.yaml', line: 1, column: 1 } };
};

describe('annotations of GitHub', () => {
  it('cannot be ended, or begun, by what somebody wrote', () => {
    const text = annotation(
      'error',
      { file: 'a,line=9::x\n::error::', title: '%0A' },
      'a\n::set-output name=x::y\r%0A',
    );
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toBe('::error file=a%2Cline=9%3A%3Ax·%3A%3Aerror%3A%3A,title=%250A::a·::set-output name=x::y·%250A\n');
  });

  it('are ten of each level, with how many more there are', () => {
    const all = Array.from({ length: 25 }, (_, index) => problem(`e${index}`));
    const lines = githubAnnotations([...all, problem('w', 'warning')])
      .trimEnd()
      .split('\n');
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
    expect(lines).toContain('::notice::15 more of them are in the log');
    expect(lines.filter((line) => line.startsWith('::warning '))).toHaveLength(1);
  });
});

it('a JUnit report is XML whatever stands in it, and warnings fail nothing', () => {
  const report = junit(['a.yaml', 'b<.yaml'], [problem('</failure>"\u0000\u202e&'), problem('w', 'warning')]);
  expect(report).toContain('message="&#60;/failure&#62;&#34;··&#38;"');
  expect(report).toContain('tests="2" failures="1"');
  expect(report).toContain('name="b&#60;.yaml"/>');
});

describe('a plan in a job of GitHub', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rolecall-formats-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is whole in the summary of the job, which is kept when another step wrote before', () => {
    const impact = { affectedUsers: 0, grants: [], groups: [], refusedUsers: 0, removedIdentityProviders: [] };
    const changes = Array.from({ length: 12 }, (_, index): OrganizationChange => {
      return { organization: `org-${index}`, action: 'delete', baseRevision: 1, fields: [], impact };
    });
    const summary = { create: 0, update: 0, rename: 0, delete: 12, release: 0, adopt: 0, unchanged: 0 };
    const fingerprint = `sha256:${'0'.repeat(64)}`;
    const none = { absent: [], overrides: [], unmanaged: [] };
    const plan: Plan = { formatVersion: '1.1', collection: 'default', fingerprint, changes, ...none, summary };
    const env = { GITHUB_STEP_SUMMARY: join(directory, 'summary.md') };
    const lines = githubPlan(plan, { env }).trimEnd().split('\n');
    githubPlan(plan, { env });
    expect(lines).toHaveLength(12);
    expect(lines.at(-2)).toBe('::notice::2 more changes are in the summary of the job');
    expect(readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8').match(/### Rolecall: 12 organizations change/g)).toHaveLength(
      2,
    );
  });

  it('links to the job alone, and to nothing that is no address', () => {
    const github = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'a/b', GITHUB_RUN_ID: '7' };
    expect(jobLink(github)).toBe('https://github.com/a/b/actions/runs/7');
    expect(jobLink({ CI_JOB_URL: 'https://gitlab.com/a/b/-/jobs/7' })).toBe('https://gitlab.com/a/b/-/jobs/7');
    expect(jobLink({ CI_JOB_URL: 'javascript:alert(1)' })).toBeUndefined();
    expect(jobLink({})).toBeUndefined();
  });
});

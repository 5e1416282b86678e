import type { Outcome } from './outcome.ts';
import { watchSettings } from './settings.ts';
import { Status } from './status.ts';

const AT = new Date('2026-11-01T12:00:00Z');
const LATER = new Date('2026-11-01T12:05:00Z');
const NOTHING = { create: 0, update: 0, rename: 0, delete: 0, release: 0, adopt: 0, unchanged: 0 };
const GIT_AWAY: Outcome = { is: 'failed', where: 'git', code: 'git_failed', message: 'away', exitCode: 1 };

function pending(more: Partial<Extract<Outcome, { is: 'pending' | 'applied' }>>): Outcome {
  return { is: 'pending', drift: false, fingerprint: 'sha256:0', summary: NOTHING, organizations: [], ...more };
}

let status: Status;
beforeEach(() => {
  const where = { repo: 'https://git.example/config.git', ref: 'main', server: 'https://admin.example', listen: 'off' };
  const options = { ...where, interval: '60s', mode: 'detect', color: false } as const;
  status = new Status(watchSettings(options, { env: {}, cwd: '/' }), AT);
});
const metric = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(status.metrics())?.[1];

it('counts every organization that an apply would change, not those that are named', () => {
  const summary = { ...NOTHING, create: 120, update: 30, rename: 1, delete: 2, release: 3, adopt: 4, unchanged: 500 };
  status.note('abc', [pending({ summary, organizations: ['acme'] })], AT);
  expect(status.toJSON()).toMatchObject({ pendingOrganizations: 160, pendingPlatform: false });
  expect(metric('rolecall_watch_pending_organizations')).toBe('160');
});

it('shows a change of the platform document alone, and forgets it when it is done', () => {
  status.note('abc', [pending({ platform: true })], AT);
  expect(status.toJSON()).toMatchObject({ pendingOrganizations: 0, pendingPlatform: true });
  expect(metric('rolecall_watch_pending_platform')).toBe('1');
  status.note('abc', [{ is: 'in_sync' }], AT);
  expect(metric('rolecall_watch_pending_platform')).toBe('0');
});

it('is not in sync while git is away: the last good commit may be an old one', () => {
  status.note('abc', [{ is: 'in_sync' }], AT);
  status.note('abc', [GIT_AWAY, { is: 'in_sync' }], LATER);
  expect(status.toJSON()).toMatchObject({ inSyncAt: AT, lookedAt: LATER });
  status.note('abc', [{ is: 'in_sync' }], LATER);
  expect(status.toJSON()).toMatchObject({ inSyncAt: LATER });
});

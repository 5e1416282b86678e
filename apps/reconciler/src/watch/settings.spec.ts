import type { WatchOptions } from './settings.ts';
import { watchSettings } from './settings.ts';

const OPTIONS: WatchOptions = {
  repo: 'https://git.example.com/sso.git',
  ref: 'main',
  interval: '60s',
  mode: 'detect',
  listen: '127.0.0.1:9402',
  color: false,
  server: 'https://admin.example.com',
};
const settings = (options: Partial<WatchOptions>) =>
  watchSettings({ ...OPTIONS, ...options }, { env: {}, cwd: '/home/ci' });

it.each([
  ['https://git.example.com/sso.git', 'https://git.example.com/sso.git'],
  ['ssh://git@git.example.com/sso.git', 'ssh://git@git.example.com/sso.git'],
  ['git@git.example.com:team/sso.git', 'git@git.example.com:team/sso.git'],
  ['file:///srv/sso.git', 'file:///srv/sso.git'],
  ['/srv/sso.git', 'file:///srv/sso.git'],
  ['./sso', 'file:///home/ci/sso'],
])('takes %s', (repo, url) => {
  expect(settings({ repo }).repository).toEqual({ url });
});

it.each([
  ['main', 'refs/heads/main'],
  ['team/next', 'refs/heads/team/next'],
  ['heads/main', 'refs/heads/heads/main'],
  ['tags/v1', 'refs/heads/tags/v1'],
  ['refs/heads/main', 'refs/heads/main'],
  ['refs/tags/v1', 'refs/tags/v1'],
])('takes --ref %s as %s', (ref, full) => {
  expect(settings({ ref }).ref).toBe(full);
});

it.each([
  ['invalid_repository', { repo: 'ext::sh -c id' }],
  ['invalid_repository', { repo: 'http://git.example.com/sso.git' }],
  ['invalid_repository', { repo: '--upload-pack=id' }],
  ['invalid_repository', { repo: 'git@host:-oProxyCommand=id' }],
  ['invalid_repository', { repo: 'sso' }],
  ['credentials_in_url', { repo: 'https://user:word@git.example.com/sso.git' }],
  ['credentials_in_url', { repo: 'https://token@git.example.com/sso.git' }],
  ['credentials_in_url', { repo: 'ssh://git:word@git.example.com/sso.git' }],
  ['invalid_ref', { ref: '--exec=id' }],
  ['invalid_ref', { ref: 'main:refs/heads/other' }],
  ['invalid_ref', { ref: 'a..b' }],
  ['invalid_path', { path: '../elsewhere' }],
  ['invalid_path', { path: '/etc' }],
  ['invalid_path', { path: '.git/config' }],
  ['invalid_interval', { interval: '0s' }],
  ['invalid_interval', { interval: '2d' }],
  ['invalid_listen', { listen: '9402' }],
  ['invalid_listen', { listen: '127.0.0.1:70000' }],
  ['no_server', { server: '' }],
] as const)('refuses as %s %j', (code, options) => {
  expect(() => settings(options)).toThrow(expect.objectContaining({ code, exitCode: 64 }) as Error);
});

it('listens nowhere with --listen off, and with --once', () => {
  expect(settings({ listen: 'off' }).listen).toBeUndefined();
  expect(settings({ once: true }).listen).toBeUndefined();
  expect(settings({ listen: '[::1]:9402' }).listen).toEqual({ host: '::1', port: 9402 });
});

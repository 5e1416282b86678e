import { shown } from './git.ts';

it('shows the end of what git wrote, without credentials and within bounds', () => {
  const stderr = "hint: use x\nfatal: unable to access 'https://user:word@git.example.com/sso.git/': no route\n";
  expect(shown(stderr)).toBe("fatal: unable to access 'https://git.example.com/sso.git/': no route");
  expect(shown('x'.repeat(1_000))).toHaveLength(301);
});

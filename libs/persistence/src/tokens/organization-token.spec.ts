import { v7 } from 'uuid';
import { newOrganizationToken, readOrganizationToken, sha256 } from './organization-token.ts';

describe('organization tokens', () => {
  it('carry the organization and a secret of which only the hash is kept (security.md 2)', () => {
    const organizationId = v7();
    const token = newOrganizationToken(organizationId);
    expect(token.value).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(readOrganizationToken(token.value)).toEqual({ organizationId, hash: token.hash });
    expect(token.hash).toEqual(sha256(Buffer.from(token.value, 'base64url').subarray(16)));
    expect(newOrganizationToken(organizationId).value).not.toBe(token.value);
  });

  it.each([
    ['nothing', undefined],
    ['an empty string', ''],
    ['a list', ['a']],
    ['one character less', 'a'.repeat(63)],
    ['one character more', 'a'.repeat(65)],
    ['padding', `${'a'.repeat(63)}=`],
    ['the other base64 alphabet', `${'a'.repeat(63)}+`],
    ['bytes that are no UUID', `${'_'.repeat(20)}${'a'.repeat(44)}`],
  ])('refuse %s', (_, value) => {
    expect(readOrganizationToken(value)).toBeUndefined();
  });
});

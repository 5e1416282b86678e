import { createHash } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { createLogger } from '@rolecall/platform';
import { ownWords } from './guessable.ts';
import { PasswordHashes } from './password-hashes.ts';
import { PasswordRange } from './password-range.ts';
import { passwordProblem } from './password-rules.ts';
import { urlPrefix } from './url-prefix.ts';

describe('a password (security.md 34)', () => {
  const names = ['acme', 'Acme Corporation', 'eve.adams@acme.com', 'Eve', 'Adams', 'login.example.com', 'Rolecall'];
  const context = { minimumLength: 12, own: ownWords(names) };

  it.each([
    ['eleven characters', 'abcdefghijk', 'password_too_short'],
    ['twelve of them, whatever they are', 'zq vx zk jq ', undefined],
    ['eleven that take two units each', '🦦'.repeat(11), 'password_too_short'],
    ['256', `${'zq'.repeat(127)}vx`, undefined],
    ['257', `${'zq'.repeat(127)}vxz`, 'password_too_long'],
    ['one of breaches', 'unbelievable', 'password_known'],
    ['one of breaches in another case', 'UNBELIEVABLE', 'password_known'],
    ['one of breaches with digits and signs around it', '!!Dragon202612', 'password_known'],
    ['the name of the organization', 'acme corporation', 'password_known'],
    ['the address', 'eve.adams@acme.com', 'password_known'],
    ['one of breaches, repeated', 'dragondragon', 'password_known'],
    ['one of breaches, repeated with signs', 'Dragon-dragon-dragon!', 'password_known'],
    ['one of breaches in disguise', 'P@$$w0rd2026!', 'password_known'],
    ['one of breaches backwards', 'drowssap2026', 'password_known'],
    ['a word with a year', 'abdominal-2026', 'password_known'],
    ['names of organization and person', 'Acme.Eve.Adams', 'password_known'],
    ['the name of the organization and a year', 'Acme!Corporation2026', 'password_known'],
    ['the organization and one of breaches', 'acme-summer-2026', 'password_known'],
    ['the organization, grown together with one of breaches', 'AcmeSummer2026', 'password_known'],
    ['the product and a year', 'Rolecall2026!!', 'password_known'],
    ['the place where it signs in', 'login.example.com', 'password_known'],
    ['one character', 'aaaaaaaaaaaaaa', 'password_known'],
    ['a few characters, repeated', 'zqv!zqv!zqv!zqv', 'password_known'],
    ['digits in a row', '1234567890123', 'password_known'],
    ['the alphabet', 'abcdefghijklm', 'password_known'],
    ['rows of keys', 'qwertyuiop-lkjhgfdsa', 'password_known'],
    ['digits that are in no row', '830492750193', undefined],
    ['several words', 'dragon password unbelievable', undefined],
    ['several words, a name among them', 'acme otter paddles uphill', undefined],
    ['a word that holds a short name', 'never steve uphill', undefined],
    ['a password manager', 'eT7#kq0Zp!w2', undefined],
  ])('of %s', (_, password, problem) => {
    expect(passwordProblem(password, context)).toBe(problem);
  });

  it('is looked at in no time, however it was made up (security.md 34)', () => {
    const hostile = [
      'a'.repeat(255),
      'ab'.repeat(127),
      '1qaz2wsx'.repeat(31),
      'acm'.repeat(85),
      `${'é!'.repeat(120)}x`,
    ];
    const own = ownWords(Array.from({ length: 40 }, (_, at) => 'acme '.repeat(at)));
    passwordProblem('warms up the list', context);
    const began = performance.now();
    for (const password of hostile) passwordProblem(password.slice(0, 256), { minimumLength: 12, own });
    expect(performance.now() - began).toBeLessThan(250);
  });

  it('is hashed by argon2id with 19 MiB and two passes, in one normal form, without a cut', async () => {
    const hashes = new PasswordHashes();
    const long = `${'a'.repeat(200)}é`;
    const phc = await hashes.hash(long);
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await hashes.matches(phc, long.normalize('NFD'))).toBe(true);
    expect(await hashes.matches(phc, long.slice(0, -1))).toBe(false);
    expect(hashes.worked).toBe(3);
  });

  it('of nobody costs what that of somebody does', async () => {
    const hashes = new PasswordHashes();
    expect(await hashes.matches(undefined, 'anything')).toBe(false);
    expect(hashes.worked).toBe(1);
  });

  it('is compared two at a time, and not at all when too many wait', async () => {
    const hashes = new PasswordHashes();
    const phc = await hash('x', { memoryCost: 64, timeCost: 1 });
    const all = Array.from({ length: 70 }, () =>
      hashes.matches(phc, 'x').catch((error: { code: string }) => error.code),
    );
    const answers = await Promise.all(all);
    expect(answers.filter((answer) => answer === 'busy')).toHaveLength(4);
    expect(answers.filter((answer) => answer === true)).toHaveLength(66);
    expect(await hashes.matches(phc, 'x')).toBe(true);
  });
});

describe('a service that knows breached passwords', () => {
  const lines: string[] = [];
  const logger = createLogger({ app: 'test', level: 'info' }, { write: (line) => void lines.push(line) });
  const digest = createHash('sha1').update('breached').digest('hex').toUpperCase();
  const asked: string[] = [];
  const service = (answer: () => Promise<string>) =>
    new PasswordRange(
      'https://range.example/',
      (url) => {
        asked.push(url);
        return answer();
      },
      logger,
    );

  it('gets five digits of the SHA-1 and nothing else', async () => {
    const range = service(async () => `0000:3\r\n${digest.slice(5)}:17\r\n`);
    expect(await range.isBreached('breached')).toBe(true);
    expect(await range.isBreached('other')).toBe(false);
    expect(asked[0]).toBe(`https://range.example/${digest.slice(0, 5)}`);
    expect(await service(async () => `${digest.slice(5)}:0`).isBreached('breached')).toBe(false); // padding
  });

  it('that does not answer locks nobody out, and stands in the log', async () => {
    expect(await service(() => Promise.reject(new Error('down'))).isBreached('breached')).toBe(false);
    expect(lines.join('')).toContain('breached_passwords_unreachable');
    expect(lines.join('')).not.toContain(digest.slice(0, 5));
  });

  it('is asked only when the deployment names it', async () => {
    const none = new PasswordRange(undefined, () => Promise.reject(new Error('asked')), logger);
    expect(await none.isBreached('breached')).toBe(false);
    const parse = (text: string) => urlPrefix('X').parse(text);
    expect(parse('https://api.pwnedpasswords.com/range/')).toBe('https://api.pwnedpasswords.com/range/');
    for (const wrong of [
      'http://x.example/',
      'https://x.example/range',
      'https://x.example/?q=',
      'x',
      'https://u:p@x.example/',
    ])
      expect(parse(wrong)).toBeUndefined();
  });
});

import { readCookie } from './read-cookie.ts';

const NAME = '__Host-rolecall_flow';

describe('a cookie', () => {
  it.each([
    ['alone', `${NAME}=a`],
    ['among others', `theme=dark; ${NAME}=a; lang=en`],
    ['without the space that browsers send', `theme=dark;${NAME}=a`],
    ['beside one whose name ends like it', `x${NAME}=b; ${NAME}=a`],
    ['beside one that has its name as value', `x=${NAME}=b; ${NAME}=a`],
  ])('is read %s', (_, header) => expect(readCookie(header, NAME)).toBe('a'));

  // A browser guards the prefix __Host- by the bytes of the name; a server that strips more than blanks around a name
  // takes a cookie that a sibling subdomain planted for all of the domain as its own.
  it.each(['\u00a0', '\u000b', '\u000c', '\u0085', '\ufeff', '\u2000', '"', '$'])(
    'with %j before its name is another cookie',
    (before) => {
      expect(readCookie(`${before}${NAME}=planted`, NAME)).toBeUndefined();
      expect(readCookie(`${before}${NAME}=planted; ${NAME}=a`, NAME)).toBe('a');
    },
  );

  it('that comes twice is none: no browser sends two of ours, and nothing says which one was planted', () => {
    expect(readCookie(`${NAME}=planted; ${NAME}=a`, NAME)).toBeUndefined();
    expect(readCookie(`${NAME}=a; ${NAME}=a`, NAME)).toBeUndefined();
  });

  it.each([undefined, '', ';', '=', NAME, `${NAME} `, `=${NAME}`, `${NAME.toLowerCase()}=a`])(
    'is not in %j',
    (header) => expect(readCookie(header, NAME)).toBeUndefined(),
  );
});

import type { Variable } from '@rolecall/platform';

/** An https address that something is appended to, such as https://api.pwnedpasswords.com/range/; none by default. */
export function urlPrefix(name: string): Variable<string | undefined> {
  return {
    name,
    want: 'an https URL that ends with a slash, without query: https://api.pwnedpasswords.com/range/',
    secret: false,
    fallback: { value: undefined },
    parse: (text) => {
      if (!URL.canParse(text)) return undefined;
      const { protocol, href, search, hash, username, password } = new URL(text);
      const isPlain = [search, hash, username, password].every((part) => part === '');
      return protocol === 'https:' && isPlain && href.endsWith('/') ? href : undefined;
    },
  };
}

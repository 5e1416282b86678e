import type { OidcErrorCode } from '../error-codes.ts';
import { refuse, shown } from '../errors.ts';
import type { JsonObject } from '../json.ts';

const MAX_CHARACTERS = 255;

/** How the claims of one kind of token are read: what they are refused with when they are no text or no time. */
export class Claims {
  constructor(
    private readonly claims: JsonObject,
    private readonly code: OidcErrorCode,
  ) {}

  /** A claim that names something: 1 to 255 characters, none of them invisible. @throws OidcError, also when it is absent */
  text(name: string): string {
    const value = this.claims[name];
    const plain = typeof value === 'string' && value !== '' && value.length <= MAX_CHARACTERS && !/\p{C}/u.test(value);
    return plain ? value : refuse(this.code, { got: `${name}: ${shown(value)}`, want: 'text' });
  }

  /** As `text`; undefined when it is absent. */
  textIfAny(name: string): string | undefined {
    return this.claims[name] === undefined ? undefined : this.text(name);
  }

  /** A NumericDate (RFC 7519 section 2). @throws OidcError */
  seconds(name: string): number {
    const value = this.claims[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return refuse(this.code, { got: `${name}: ${shown(value)}`, want: 'a number of seconds' });
  }
}

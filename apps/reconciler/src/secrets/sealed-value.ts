import { isUtf8 } from 'node:buffer';
import { armor, Decrypter, Encrypter } from 'age-encryption';

/** What a secret may have, of UTF-8 text. */
export const MAX_SECRET_BYTES = 8192;
/** Of the schema (`ageFile`). */
const MAX_SEALED_LENGTH = 32_768;

/** Where a sealed value may stand, and nowhere else. It is sealed in, since age authenticates nothing beside the content. */
export interface SealedPlace {
  readonly organization: string;
  /** JSON pointer, e.g. `/spec/identityProviders/google/clientSecret`. */
  readonly path: string;
}

/** What is inside: `{"v":1,"org":"acme","path":"/spec/…","value":"…"}`. */
interface Content {
  readonly v: 1;
  readonly org: string;
  readonly path: string;
  readonly value: string;
}

/** Why a sealed value is not used. The sentence has nothing of what is inside. */
export class SealedValueError extends Error {
  override readonly name = 'SealedValueError';
  constructor(
    readonly code:
      | 'invalid_identity'
      | 'secret_sealed_for_others'
      | 'secret_moved'
      | 'secret_damaged'
      | 'secret_too_large',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Seals a secret as an armored age file (https://age-encryption.org/v1), readable by the `age` command.
 * @param value SECRET, 1 to 8,192 bytes
 * @param recipients `age1…`, at least one; each opens it alone
 * @throws SealedValueError `secret_too_large`; Error when a recipient is none
 */
export async function seal(value: string, place: SealedPlace, recipients: readonly string[]): Promise<string> {
  if (!isSecret(value)) throw new SealedValueError('secret_too_large', TOO_LARGE);
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const content: Content = { v: 1, org: place.organization, path: place.path, value };
  const sealed = armor.encode(await encrypter.encrypt(JSON.stringify(content)));
  if (sealed.length > MAX_SEALED_LENGTH) throw new SealedValueError('secret_too_large', TOO_LARGE);
  return sealed;
}

const TOO_LARGE = `a secret has 1 to ${MAX_SECRET_BYTES.toLocaleString('en')} bytes of text, for a few dozen recipients`;

/** Opens sealed values with the keys at hand. */
export class Opener {
  readonly #decrypter = new Decrypter();

  /** @param identities `AGE-SECRET-KEY-…` @throws SealedValueError `invalid_identity` */
  constructor(identities: readonly string[]) {
    try {
      for (const identity of identities) this.#decrypter.addIdentity(identity);
    } catch {
      throw new SealedValueError('invalid_identity', 'a key is not valid: perhaps a letter of it is missing');
    }
  }

  /**
   * The SECRET inside, VERIFIED to have been sealed for this very place. Who sealed it is not known: anybody can seal for a
   * recipient.
   * @param sealed an armored age file; UNTRUSTED
   * @throws SealedValueError
   */
  async open(sealed: string, place: SealedPlace): Promise<string> {
    return valueOf(await decrypted(sealed, this.#decrypter), place);
  }
}

function valueOf(bytes: Uint8Array, place: SealedPlace): string {
  const content = contentOf(bytes);
  if (content === undefined) throw damaged();
  if (content.org === place.organization && content.path === place.path) return content.value;
  const message = 'it was sealed for another organization or another place';
  throw new SealedValueError('secret_moved', message);
}

async function decrypted(sealed: string, decrypter: Decrypter): Promise<Uint8Array> {
  try {
    return await decrypter.decrypt(armor.decode(sealed));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('no identity matched')) throw damaged();
    throw new SealedValueError('secret_sealed_for_others', 'none of the keys at hand opens it');
  }
}

/** What JSON.parse says of a text quotes it, so nothing of its error is kept. */
function contentOf(bytes: Uint8Array): Content | undefined {
  try {
    const content = JSON.parse(isUtf8(bytes) ? Buffer.from(bytes).toString() : '') as Partial<Content> | null;
    const { v, org, path, value } = content ?? {};
    const texts = typeof org === 'string' && typeof path === 'string' && typeof value === 'string';
    return v === 1 && texts && isSecret(value) ? { v, org, path, value } : undefined;
  } catch {
    return undefined;
  }
}

function isSecret(value: string): boolean {
  return value !== '' && Buffer.byteLength(value) <= MAX_SECRET_BYTES;
}

function damaged(): SealedValueError {
  return new SealedValueError(
    'secret_damaged',
    'it is no value that `rolecall secrets encrypt` sealed, or it was changed',
  );
}

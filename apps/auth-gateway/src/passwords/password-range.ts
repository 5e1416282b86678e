import { createHash } from 'node:crypto';
import type { Logger } from '@rolecall/platform';

/** The way to the service: an answer's body, or a rejection. */
export type FetchRange = (url: string) => Promise<string>;

/**
 * Asks a service that knows breached passwords (the range API of Have I Been Pwned, or a mirror of it) by the first five of forty
 * digits of the SHA-1, so that it never learns which one. When it does not answer, the password is taken: the list at hand was
 * asked already, and nobody should be locked out by a service of others.
 */
export class PasswordRange {
  /** @param url its address, to which the five digits are appended; undefined = none is asked */
  constructor(
    private readonly url: string | undefined,
    private readonly fetchRange: FetchRange,
    private readonly logger: Logger,
  ) {}

  async isBreached(password: string): Promise<boolean> {
    if (this.url === undefined) return false;
    const digest = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase();
    try {
      const lines = (await this.fetchRange(`${this.url}${digest.slice(0, 5)}`)).split('\n');
      // padding of the answer has a count of zero
      return lines.some((line) => line.startsWith(`${digest.slice(5)}:`) && Number(line.split(':')[1]) > 0);
    } catch {
      this.logger.warn({ code: 'breached_passwords_unreachable' }, 'breached passwords could not be asked for');
      return false;
    }
  }
}

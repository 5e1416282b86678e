import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { Problem } from '@rolecall/platform';

/** OWASP's and RFC 9106's smaller choice: 19 MiB, two passes, one lane. The PHC text says what each hash was made with. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Each takes 19 MiB and a core for some 30 ms: more at once would take these from all other logins of the process. */
const AT_ONCE = 2;

/** Longer queues answer nobody in time. */
const MAX_WAITING = 64;

/** Of a password that nobody knows: what an address without an account is compared with (security-checklist.md 32). */
const NOBODYS = '$argon2id$v=19$m=19456,t=2,p=1$l417U2d/+LHCsgDgwbfo8w$ZG5NoStWGGJejcCeYT5mEfPdTxNXKi8cyRf3qww+0Sw';

/** argon2id, a few at a time. Passwords are taken as they are: in NFC, never cut, never logged. */
@Injectable()
export class PasswordHashes {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** How many passwords were hashed or compared; the work that an answer cost. */
  worked = 0;

  /** The PHC form. @throws Problem 503 `busy` when too many wait */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(normal(password), ARGON2ID));
  }

  /** Compares in any case, so that it costs the same whether there is a hash or not. @throws Problem 503 `busy` when too many wait */
  async matches(phc: string | undefined, password: string): Promise<boolean> {
    const same = await this.inTurn(() => verify(phc ?? NOBODYS, normal(password)));
    return phc !== undefined && same;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MAX_WAITING) throw new Problem(503, 'busy', 'too many passwords are being compared');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running += 1;
    this.worked += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}

/** The same characters typed on another system are the same password. */
function normal(password: string): string {
  return password.normalize('NFC');
}

import { isGuessable } from './guessable.ts';

/** What is wrong with a password that somebody chose; each has its sentence. */
export type PasswordProblem = 'password_too_short' | 'password_too_long' | 'password_known';

/** In characters. Bounds the work; nobody's password manager makes longer ones. */
const MAXIMUM_LENGTH = 256;

export interface PasswordContext {
  /** In characters. */
  readonly minimumLength: number;
  /** `ownWords` of the organization, the product, the address and the person, of which no password is made. */
  readonly own: readonly string[];
}

/** Length and what attackers try first, and nothing else: no rules of composition (security-checklist.md 34, ASVS 6.2). Counts code points. */
export function passwordProblem(
  password: string,
  { minimumLength, own }: PasswordContext,
): PasswordProblem | undefined {
  const { length } = Array.from(password.normalize('NFC'));
  if (length < minimumLength) return 'password_too_short';
  if (length > MAXIMUM_LENGTH) return 'password_too_long';
  return isGuessable(password, own) ? 'password_known' : undefined;
}

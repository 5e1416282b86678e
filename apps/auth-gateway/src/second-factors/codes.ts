import { hash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { sha256 } from '@rolecall/persistence';
import { Secret, TOTP } from 'otpauth';

/** What somebody typed as a second factor, told by its shape. UNVERIFIED. */
export interface TypedCode {
  readonly factor: 'totp' | 'email_code' | 'recovery_code';
  /** Without blanks and dashes, in upper case. */
  readonly code: string;
}

/** A code of RFC 6238 is good in its 30 seconds and in those before and after (security-checklist.md 39). */
const STEP_SECONDS = 30;
const SEED_BYTES = 20;
/** Ten of them, 80 random bits each: too many to be guessed, so a fast hash keeps them (ASVS 6.5.2). */
const RECOVERY_CODES = 10;
const RECOVERY_BYTES = 10;

/** Base32 has none of these digits: whoever types one from paper read a letter so. */
const MISREAD: Readonly<Record<string, string>> = { 0: 'O', 1: 'I', 8: 'B' };

/** Blanks and dashes help people to read, and are no part of a code. undefined = no code of any kind. */
export function readCode(typed: unknown): TypedCode | undefined {
  if (typeof typed !== 'string' || typed.length > 100) return undefined;
  const code = typed.replaceAll(/[\s-]/g, '').toUpperCase();
  if (/^\d{6}$/.test(code)) return { factor: 'totp', code };
  if (/^\d{8}$/.test(code)) return { factor: 'email_code', code };
  const printed = code.replaceAll(/[018]/g, (digit) => MISREAD[digit] ?? digit);
  return /^[A-Z2-7]{16}$/.test(printed) ? { factor: 'recovery_code', code: printed } : undefined;
}

/** 160 random bits, as RFC 4226 recommends. */
export function newTotpSeed(): Buffer {
  return randomBytes(SEED_BYTES);
}

/** The seed for an authenticator app: as text to type, and as the address of its QR code. SECRET. */
export function totpInvitation(seed: Buffer, issuer: string, label: string): { secret: string; uri: string } {
  const totp = totpOf(seed, issuer, label);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** The time step whose code it is; undefined = of none around `now`. */
export function totpStepOf(seed: Buffer, code: string, now: Date): number | undefined {
  const delta = totpOf(seed).validate({ token: code, timestamp: now.getTime(), window: 1 });
  return delta === null ? undefined : Math.floor(now.getTime() / 1000 / STEP_SECONDS) + delta;
}

function totpOf(seed: Buffer, issuer = '', label = ''): TOTP {
  const secret = new Secret({ buffer: new Uint8Array(seed).buffer });
  return new TOTP({ issuer, label, secret, algorithm: 'SHA1', digits: 6, period: STEP_SECONDS });
}

/** In base32, in groups of four. SECRET: shown once. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const code = new Secret({ buffer: new Uint8Array(randomBytes(RECOVERY_BYTES)).buffer }).base32;
    return code.replaceAll(/(.{4})(?!$)/g, '$1-');
  });
}

/** @param code without dashes, or with them */
export function recoveryCodeHash(code: string): Buffer {
  return sha256(code.replaceAll('-', ''));
}

/** Eight digits. SECRET: mailed, and stored as a hash. */
export function newEmailCode(): string {
  return String(randomInt(100_000_000)).padStart(8, '0');
}

/** With the browser's handle, which the database does not have: whoever reads the table cannot try all codes. */
export function emailCodeHash(handle: string, code: string): Buffer {
  return hash('sha256', `${handle}.${code}`, 'buffer');
}

export function isEmailCode(handle: string, code: string, wanted: Buffer | undefined): boolean {
  return wanted !== undefined && timingSafeEqual(emailCodeHash(handle, code), wanted);
}

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { driverError } from '../errors.ts';

/** The role that the apps connect as. Roles belong to the whole cluster. */
export const RUNTIME_ROLE = 'rolecall_runtime';

const ATTRIBUTES = 'login nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit';
const ALREADY_EXISTS = new Set(['42710', '23505']);

/**
 * Creates the runtime role or brings it to the attributes that it may have, and sets its password. Another migration of
 * the same cluster may do the same now (`tuple concurrently updated`): then this tries again.
 */
export async function ensureRuntimeRole(owner: Client, password: string): Promise<void> {
  const verifier = scramVerifier(password);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rowCount } = await owner.query('select from pg_roles where rolname = $1', [RUNTIME_ROLE]);
      const verb = rowCount === 0 ? 'create' : 'alter';
      await owner.query(`${verb} role ${RUNTIME_ROLE} with ${ATTRIBUTES} password '${verifier}'`);
      return;
    } catch (error) {
      if (attempt >= 10 || !isConcurrentChange(error)) throw error;
    }
  }
}

function isConcurrentChange(error: unknown): boolean {
  const { code = '', message } = driverError(error);
  return ALREADY_EXISTS.has(code) || message.includes('concurrently updated');
}

/** RFC 5803 / PostgreSQL's form, computed here so that the password never stands in a statement that a server logs. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}

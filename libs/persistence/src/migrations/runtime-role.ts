import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { driverError } from '../errors.ts';

/** The role that the apps connect as. Roles belong to the whole cluster. */
export const RUNTIME_ROLE = 'rolecall_runtime';

const ATTRIBUTES = 'login nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit';
const AS_IT_SHOULD_BE = `
  select rolcanlogin and rolinherit and not (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication) as right
  from pg_roles where rolname = $1`;
const ALREADY_EXISTS = new Set(['42710', '23505']);

/**
 * Creates the runtime role or brings it to the attributes that it may have (for which the owner must be a superuser then), and sets its
 * password. Another migration of
 * the same cluster may do the same now (`tuple concurrently updated`): then this tries again.
 */
export async function ensureRuntimeRole(owner: Client, password: string): Promise<void> {
  const verifier = scramVerifier(password);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await owner.query<{ right: boolean }>(AS_IT_SHOULD_BE, [RUNTIME_ROLE]);
      const verb = rows[0] === undefined ? 'create' : 'alter';
      // only a superuser may name these attributes of a role that exists, also when it leaves them as they are
      const attributes = rows[0]?.right === true ? '' : ATTRIBUTES;
      await owner.query(`${verb} role ${RUNTIME_ROLE} with ${attributes} password '${verifier}'`);
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

export type PersistenceErrorCode =
  | 'database_unavailable' // no connection, or it was lost in the middle, or others held a lock for too long
  | 'database_not_migrated' // the schema is older than this program
  | 'unsafe_database_role' // the runtime role could bypass row-level security
  | 'invalid_organization_id' // not a UUID; never reaches SQL
  | 'invalid_text' // a text has a NUL or another character that PostgreSQL stores in no text
  | 'transaction_failed' // a statement failed and its error was swallowed: PostgreSQL rolled back instead
  | 'stale_revision' // decided with rules that an apply has replaced; read the organization again and decide anew
  | 'user_changed' // deactivated, or the directory's to decide, since the caller looked; begin the login anew
  | 'master_key_invalid' // not 32 bytes
  | 'master_key_missing' // this program was started without one, and came upon a sealed secret
  | 'master_key_mismatch' // the data was sealed under another master key
  | 'sealed_secret_invalid'; // changed, or moved from another place

/** What the database refuses or cannot do. `code` is stable; the message tells the operator what to do. */
export class PersistenceError extends Error {
  override readonly name = 'PersistenceError';
  constructor(
    readonly code: PersistenceErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A login found its user as it was, and another transaction changed whether or by whom the user gets in. */
export function overtaken(): PersistenceError {
  return new PersistenceError('user_changed', 'the user was deactivated or came under the directory; look again');
}

/** A program that was started without the master key has come upon what needs it. */
export function masterKeyMissing(): PersistenceError {
  const message = 'this needs a sealed secret and was started without the key; set ROLECALL_MASTER_KEY';
  return new PersistenceError('master_key_missing', message);
}

/**
 * SQLSTATEs and system errors that mean "not now": the server is gone or full, or others hold what this needs (deadlock,
 * serialization failure, time over). None of them says that the statement is wrong.
 */
const UNAVAILABLE =
  /^(?:08...|25P03|40001|40P01|53300|55P03|57014|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;

/** pg has no code for these. */
const LOST =
  /connection terminated|timeout exceeded when trying to connect|client (?:was closed|has encountered)|socket/i;

/** In a parameter (character_not_in_repertoire) or inside JSON (untranslatable_character). */
const UNSTORABLE_TEXT = /^(?:22021|22P05)$/;

/** Raised by SQL functions that write what was decided: `directory_require_revision`. */
const STALE_REVISION = 'RC001';

/**
 * Turns what the caller's text is to blame for into `invalid_text`, what says "not now" into `database_unavailable`, and
 * leaves every other error as it is.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof PersistenceError) return error;
  const { code, message, routine } = driverError(error);
  if (code !== undefined && (UNSTORABLE_TEXT.test(code) || cutShort(code, routine))) {
    const sentence = 'a text has a character that PostgreSQL cannot store, such as NUL; leave it out';
    return new PersistenceError('invalid_text', sentence, { cause: error });
  }
  if (code === STALE_REVISION) {
    return new PersistenceError('stale_revision', `${message}; read the organization again`, { cause: error });
  }
  const gone = code === undefined ? LOST.test(message) : UNAVAILABLE.test(code);
  if (!gone) return error;
  return new PersistenceError('database_unavailable', 'PostgreSQL cannot be reached or is too busy; try again', {
    cause: error,
  });
}

/**
 * A NUL inside the SQL of a unit of work, which has values as literals, ends the message early: a protocol violation that
 * the server's message reader finds. The same code from a pooler or at the start of a connection is one of the server.
 */
function cutShort(code: string, routine: string | undefined): boolean {
  return code === '08P01' && routine?.startsWith('pq_getmsg') === true;
}

/** What pg and Node say of an error, read without `instanceof`: a test runner has an Error of its own. */
export function driverError(error: unknown): { code?: string; constraint?: string; routine?: string; message: string } {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    code: text('code'),
    constraint: text('constraint'),
    routine: text('routine'),
    message: text('message') ?? '',
  };
}

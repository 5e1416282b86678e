import { CONFLICT_CODES, GUARD_CODES, INPUT_CODES } from '@rolecall/reconcile';
import { CommandError, EXIT } from './exit.ts';
import type { Loaded } from './files/load.ts';
import { InvalidConfiguration } from './invalid-configuration.ts';
import { locate } from './output/positions.ts';
import { printable } from './output/printable.ts';
import type { ServerRefusal } from './server/http.ts';

/** So many places that a token may not change are named. */
const MAX_PLACES = 20;

/** What a refusal of the server means for a command: its exit code, and the words with what to do. */
export function meaningOf(refusal: ServerRefusal, loaded: Loaded): Error {
  const { code, status, message, traceId } = refusal;
  const guarded = GUARD_CODES.some((guard) => guard === code);
  const conflict = CONFLICT_CODES.some((known) => known === code);
  const exitCode = conflict ? EXIT.stale : guarded ? EXIT.guarded : EXIT.invalid;
  if (status === 403) return forbidden(refusal, loaded);
  if (refusal.diagnostics.length > 0) {
    return new InvalidConfiguration(locate(refusal.diagnostics, loaded), loaded.sources, exitCode);
  }
  if (guarded || INPUT_CODES.some((input) => input === code)) return new CommandError(exitCode, code, message);
  if (status === 409) return new CommandError(EXIT.stale, code, message);
  if (status === 401) {
    const hint = 'set ROLECALL_TOKEN to a valid one ("rolecall token create" on the server makes one)';
    return new CommandError(EXIT.failed, code, `the server does not know the token; ${hint}`);
  }
  if (status === 404) return new CommandError(EXIT.failed, code, message);
  if (status === 422 || status === 400) return new CommandError(EXIT.invalid, code, message);
  const trace = traceId === undefined ? '' : ` (trace id ${traceId})`;
  return new CommandError(EXIT.failed, code, `${message}${trace}; look at the server's log and try again`);
}

/** The files may be as they should: it is the token that may not apply them. */
function forbidden({ code, message, diagnostics }: ServerRefusal, loaded: Loaded): CommandError {
  if (code === 'missing_right')
    return new CommandError(EXIT.failed, code, `${message}; use a token that has this right`);
  const places = locate(diagnostics, loaded).map(({ position: { file, line, column }, message: what }) => {
    return `\n  ${printable(`${file}:${line}:${column} ${what}`)}`;
  });
  const more = places.length > MAX_PLACES ? `\n  and ${places.length - MAX_PLACES} more` : '';
  return new CommandError(EXIT.failed, code, `${message}${places.slice(0, MAX_PLACES).join('')}${more}`);
}

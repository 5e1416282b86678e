import { publishedSchema } from '@rolecall/org-config';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';

/** `rolecall schema`: the JSON Schema of the organization document, for editors. */
export function schema(io: Io): ExitCode {
  io.out(publishedSchema());
  return EXIT.done;
}

import type { Diagnostic, SourceFile } from '@rolecall/org-config';
import { EXIT } from './exit.ts';
import type { ExitCode } from './exit.ts';

/** The files cannot be applied as they are; each diagnostic says where and why. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration';
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    /** For the lines that are shown. */
    readonly sources: readonly SourceFile[],
    readonly exitCode: ExitCode = EXIT.invalid,
  ) {
    super('the configuration is not valid');
  }
}

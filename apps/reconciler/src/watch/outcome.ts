import type { PlanSummary } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { InvalidConfiguration } from '../invalid-configuration.ts';
import { UntrustedCommit } from './checkout.ts';
import { GitError } from './git.ts';

/** Who has to do something about a failure, or what is away. */
export type Where = 'git' | 'signature' | 'configuration' | 'guard' | 'other_apply' | 'server';

export interface Failure {
  readonly is: 'failed';
  readonly where: Where;
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  /** `file:line:column code message`, of a configuration that is not valid. */
  readonly diagnostics?: readonly string[];
}

/** What one look at the repository and the server came to. */
export type Outcome =
  | { readonly is: 'in_sync' }
  | {
      readonly is: 'pending' | 'applied';
      /** The change is the server's: the commit is the one that was in sync before, or declares what it did. */
      readonly drift: boolean;
      readonly fingerprint: string;
      readonly summary: PlanSummary;
      /** At most so many are named. */
      readonly organizations: readonly string[];
      /** The platform document changes too. */
      readonly platform?: true;
      readonly revisions?: readonly { readonly organization: string; readonly revision: number }[];
    }
  | Failure;

const MAX_DIAGNOSTICS = 20;

/** What an error means. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof GitError) return failure('git', 'git_failed', message);
  if (error instanceof UntrustedCommit) return failure('signature', 'untrusted_commit', message, EXIT.guarded);
  if (error instanceof InvalidConfiguration) {
    const { diagnostics, exitCode } = error;
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const lines = errors.slice(0, MAX_DIAGNOSTICS).map(({ position: { file, line, column }, code, message: what }) => {
      return `${file}:${line}:${column} ${code} ${what}`;
    });
    const where = exitCode === EXIT.guarded ? 'guard' : 'configuration';
    return { ...failure(where, errors[0]?.code ?? 'invalid_configuration', message, exitCode), diagnostics: lines };
  }
  if (error instanceof CommandError) return failure(whereOf(error), error.code, message, error.exitCode);
  return failure('server', 'failed', message);
}

function failure(where: Where, code: string, message: string, exitCode: ExitCode = EXIT.failed): Failure {
  return { is: 'failed', where, code, message, exitCode };
}

function whereOf({ code, exitCode }: CommandError): Where {
  if (code === 'git_missing') return 'git';
  if (exitCode === EXIT.guarded) return 'guard';
  if (exitCode === EXIT.stale) return 'other_apply';
  return exitCode === EXIT.invalid || exitCode === EXIT.usage ? 'configuration' : 'server';
}

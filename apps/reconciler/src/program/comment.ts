import type { Command } from 'commander';
import type { CommentOptions } from '../commands/comment.ts';
import { examples } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall comment`. */
export function addComment(program: Command, io: Io, finish: Finish): void {
  program
    .command('comment')
    .description('put a plan into one comment of the pull or merge request, and replace it at the next run')
    .argument('[file]', 'what "rolecall plan --format markdown" printed; - is standard input')
    .option('--fingerprint', 'after the merge: print the fingerprint of the plan that was reviewed')
    .addHelpText(
      'after',
      examples(
        'rolecall plan --format markdown > plan.md',
        'rolecall comment plan.md',
        'rolecall apply --expect "$(rolecall comment --fingerprint)"',
      ) + '\nIn a job of GitHub Actions it needs GITHUB_TOKEN, in one of GitLab CI GITLAB_TOKEN.\n',
    )
    .action(async (file: string | undefined, _flags, command: Command) => {
      const { comment } = await import('../commands/comment.ts');
      finish(await comment(file, command.optsWithGlobals<CommentOptions>(), io));
    });
}

import { conversationOf, mergedConversation } from '../comments/host.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import { textOf } from '../files/text.ts';
import type { Io } from '../io.ts';
import { markerOf } from '@rolecall/reconcile';
import type { GlobalOptions } from '../options.ts';
import { collectionOf } from '../target.ts';

export interface CommentOptions extends GlobalOptions {
  readonly fingerprint?: boolean;
}

const MARKER = /^<!-- rolecall-plan [\w.-]* -->/;
/** Of GitHub, the smaller one of the two. */
const MOST_CHARACTERS = 65_536;

/**
 * `rolecall comment FILE`: puts the plan that `rolecall plan --format markdown` printed into one comment of the pull or merge
 * request, and replaces it at every later run. With `--fingerprint`, after the merge, it prints the fingerprint that the comment of
 * the merged request has: `rolecall apply --expect` then does what was reviewed, or nothing.
 */
export async function comment(file: string | undefined, options: CommentOptions, io: Io): Promise<ExitCode> {
  if ((file === undefined) !== (options.fingerprint === true)) {
    throw new CommandError(EXIT.usage, 'what_to_do', 'name the file of a plan, or write --fingerprint');
  }
  if (file === undefined) return showFingerprint(options, io);
  const text = textOf(file, io);
  const [marker] = MARKER.exec(text) ?? [];
  if (marker === undefined) {
    const message = `${file} is no plan of "rolecall plan --format markdown"; nothing else is put into comments`;
    throw new CommandError(EXIT.usage, 'not_a_comment', message);
  }
  if (text.length > MOST_CHARACTERS) {
    throw new CommandError(EXIT.usage, 'comment_too_long', `${file} is longer than a comment may be`);
  }
  const conversation = conversationOf(io);
  for (const { id } of await conversation.find(marker)) {
    if (!(await conversation.replace(id, text))) continue;
    io.out(`Replaced the comment of ${conversation.name}.\n`);
    return EXIT.done;
  }
  await conversation.add(text);
  io.out(`Commented on ${conversation.name}.\n`);
  return EXIT.done;
}

/** A forged comment names the fingerprint of a plan that is not made, or of the one that is: the apply decides by its own plan. */
async function showFingerprint(options: GlobalOptions, io: Io): Promise<ExitCode> {
  const collection = collectionOf(options, readSettings(io.cwd));
  const conversation = await mergedConversation(io);
  const comments = (await conversation?.find(markerOf(collection))) ?? [];
  const prints = new Set(
    comments.flatMap(({ text }) => /^Fingerprint: `(sha256:[0-9a-f]{64})`$/m.exec(text)?.[1] ?? []),
  );
  const [fingerprint, another] = prints;
  if (fingerprint !== undefined && another === undefined) {
    io.out(`${fingerprint}\n`);
    return EXIT.done;
  }
  const message =
    another === undefined
      ? 'the commit comes from no request that has a comment with a plan; plan it, and apply with --expect'
      : `${conversation?.name} has comments with several plans; look at them, and apply with --expect`;
  throw new CommandError(EXIT.guarded, 'not_reviewed', message);
}

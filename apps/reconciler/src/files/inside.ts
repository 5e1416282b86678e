import { realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';

/** Whether a path, as it is written, is a directory or somewhere below it. */
export function isWithin(path: string, directory: string): boolean {
  const inner = relative(directory, path);
  return inner === '' || (inner !== '..' && !inner.startsWith(`..${sep}`) && !isAbsolute(inner));
}

/**
 * Refuses what really is outside of the root, or belongs to git: a pull request must not have read what is elsewhere on the machine,
 * nor what a checkout keeps in `.git/config`, the credentials of the job among it.
 * @throws CommandError `symlink_leaves_root`, `inside_git`
 */
export function refuseOutside(path: string, root: string, name: string): void {
  const [target, base] = [realpathOf(path), realpathSync(root)];
  if (target === undefined || !isWithin(target, base)) {
    const message = `${name} is a link that leads out of ${root} or to nothing; put the file itself there`;
    throw new CommandError(EXIT.invalid, 'symlink_leaves_root', message);
  }
  if (!isOfGit(relative(root, path)) && !isOfGit(relative(base, target))) return;
  throw new CommandError(EXIT.invalid, 'inside_git', `${name} leads into .git, whose files are no configuration`);
}

/** Some file systems take `.GIT` for the same. */
export function isOfGit(path: string): boolean {
  return path.split(/[/\\]/).some((part) => part.toLowerCase() === '.git');
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

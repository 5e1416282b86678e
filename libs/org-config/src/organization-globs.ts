/** Opens every organization, those to come included. */
export const EVERY_ORGANIZATION = '*';

const GLOB = /^[a-z0-9*](?:[a-z0-9*-]{0,61}[a-z0-9*])?$/;

/** Whether a text can be a pattern of organization names: lower-case letters, digits, inner hyphens, and `*`. */
export function isOrganizationGlob(text: string): boolean {
  return GLOB.test(text) && !text.includes('**');
}

/**
 * Whether an organization's name is one of those that the patterns describe; `*` stands for any characters, or none. Anchored at
 * both ends, and without backtracking.
 */
export function matchesGlobs(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matches(glob, name));
}

/** Each piece is taken where it first fits, which is enough: later pieces then have the most room. */
function matches(glob: string, name: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return glob === name;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= name.length - last.length;
}

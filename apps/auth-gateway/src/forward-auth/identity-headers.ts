import type { SessionView } from '@rolecall/persistence';

/** The longest value of a list, so that all headers fit into the 8 KiB in which a proxy takes an answer's. */
const MAX_LIST_LENGTH = 2_048;

/** Longer than any address by RFC 5321, also where each letter takes nine characters; a longer one is left out, never cut. */
const MAX_EMAIL_LENGTH = 1_024;

/**
 * What stands for nothing. Never an empty value: Caddy before 2.11.2 takes one for none, and leaves the header that a client made up in its
 * place. An entry that is this very text is encoded, so that it means nothing else.
 */
const NONE = '-';

/** The headers by which an application learns who is there; all are always sent. */
export interface IdentityHeaders {
  /** Id of the user. */
  readonly 'X-Auth-Request-User': string;
  readonly 'X-Auth-Request-Email': string;
  /** Name of the organization. */
  readonly 'X-Auth-Request-Org': string;
  /** `scope:role,scope:role`, sorted. */
  readonly 'X-Auth-Request-Roles': string;
  /** Sorted, with commas between them. */
  readonly 'X-Auth-Request-Groups': string;
  /** Which of the two lists is not whole: `roles`, `groups`, `roles,groups`. */
  readonly 'X-Auth-Request-Incomplete': string;
}

/**
 * Who is signed in, as headers; `-` is nothing. Whatever is no printable ASCII, and `%` `,` `:` `;` `"` `\`, is percent-encoded (UTF-8), so no name can
 * be two, or another header. A list that would be too long is cut between two entries, and said to be.
 */
export function identityHeaders({ user, organization, grants, groups }: SessionView): IdentityHeaders {
  const email = encoded(user.email ?? '');
  const roles = Object.entries(grants).flatMap(([scope, held]) =>
    held.map((role) => `${encoded(scope)}:${encoded(role)}`),
  );
  const [shownRoles, shownGroups] = [joined(roles), joined(groups.map(encoded))];
  const incomplete = [...(shownRoles.isWhole ? [] : ['roles']), ...(shownGroups.isWhole ? [] : ['groups'])];
  return {
    'X-Auth-Request-User': user.id,
    'X-Auth-Request-Email': email === '' || email.length > MAX_EMAIL_LENGTH ? NONE : email,
    'X-Auth-Request-Org': organization,
    'X-Auth-Request-Roles': shownRoles.text,
    'X-Auth-Request-Groups': shownGroups.text,
    'X-Auth-Request-Incomplete': incomplete.join(',') || NONE,
  };
}

const SPECIAL = /[^!-~]|[%,:;"\\]/gu;

function encoded(text: string): string {
  return text === NONE ? '%2D' : text.replace(SPECIAL, percentEncoded);
}

/** Of bytes: a lone surrogate, of which there is no UTF-8, becomes the replacement character. */
function percentEncoded(character: string): string {
  return Buffer.from(character, 'utf8').toString('hex').toUpperCase().replace(/../g, '%$&');
}

function joined(entries: readonly string[]): { readonly text: string; readonly isWhole: boolean } {
  const text = entries.join(',');
  if (text.length <= MAX_LIST_LENGTH) return { text: text || NONE, isWhole: true };
  // up to the last comma that the limit leaves: before it stand whole entries
  const end = text.lastIndexOf(',', MAX_LIST_LENGTH);
  return { text: end < 0 ? NONE : text.slice(0, end), isWhole: false };
}

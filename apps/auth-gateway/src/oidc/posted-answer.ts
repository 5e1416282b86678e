import type { PostedAnswer } from '@rolecall/persistence';

/** What an answer can say (RFC 6749 §4.1.2, RFC 9207); `state` leads to the login and is not kept. */
const PARAMETERS = ['code', 'iss', 'error', 'error_description'] as const;

/** The answer in a form that a provider's page posted: UNVERIFIED and as it came, a repeated parameter a list. */
export function readPostedAnswer(form: unknown): { readonly state: unknown; readonly answer: PostedAnswer } {
  const posted = Object(form) as Readonly<Record<string, unknown>>;
  const answer = PARAMETERS.flatMap((name) => {
    const value = Object.hasOwn(posted, name) ? posted[name] : undefined;
    return isText(value) ? [[name, value] as const] : [];
  });
  return { state: Object.hasOwn(posted, 'state') ? posted['state'] : undefined, answer: Object.fromEntries(answer) };
}

/** PostgreSQL stores no NUL and no half of a surrogate pair; neither has a place in an answer. */
function isText(value: unknown): value is string | readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return texts.every((text) => typeof text === 'string' && !text.includes('\u0000') && text.isWellFormed());
}

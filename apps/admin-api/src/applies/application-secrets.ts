import { clientSecrets } from '@rolecall/org-config';
import type { ProblemDetail } from '@rolecall/platform';
import type { OrganizationWithSecrets } from './secrets.ts';

/** RFC 6749, section 10.10: nobody guesses it. 32 characters of hex are 128 bits. */
const LEAST_CHARACTERS = 32;

/** What RFC 6749, appendix A.2, has a client secret of: visible characters of ASCII. */
const CLIENT_SECRET = /^[\u0021-\u007e]+$/;

/**
 * The secrets that a request brings for its applications, by name, and what is wrong with them: these are chosen here and not by
 * an identity provider, and whoever guesses one is the application.
 */
export function secretsOfApplications({ document, file = '', secretValues }: OrganizationWithSecrets): {
  readonly applicationSecrets: Readonly<Record<string, string>>;
  readonly weak: readonly ProblemDetail[];
} {
  const given = clientSecrets(document).flatMap(({ map, name, pointer }) => {
    const value = map === 'applications' ? secretValues[pointer] : undefined;
    return value === undefined ? [] : [{ name, pointer, value }];
  });
  const weak = given
    .filter(({ value }) => value.length < LEAST_CHARACTERS || !CLIENT_SECRET.test(value))
    .map(({ pointer }): ProblemDetail => {
      const message = `the client secret is not one: it must have at least ${LEAST_CHARACTERS} characters, visible ones of ASCII`;
      const suggestion = 'make a random one, such as by `openssl rand -base64 32`';
      const position = { file, line: 1, column: 1 };
      return {
        severity: 'error',
        code: 'client_secret_weak',
        message,
        suggestion,
        pointer,
        position,
        organization: document.metadata.name,
      };
    });
  return { applicationSecrets: Object.fromEntries(given.map(({ name, value }) => [name, value])), weak };
}

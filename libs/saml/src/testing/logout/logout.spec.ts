import { join } from 'node:path';

import { SAML_ERROR_CODES } from '../../error-codes.ts';
import { LOGOUT_CATALOGUE } from './catalogue.ts';
import { type LogoutCase, readLogoutCases } from './logout-case.ts';
import { type LogoutOutcome, runLogout } from './run-logout.ts';

const cases = readLogoutCases(join(import.meta.dirname, '../../../cases/logout'));

describe('the catalogue of logout messages', () => {
  it('holds every row, each in a folder that bears its id', () => {
    expect(cases.map(({ logout }) => logout.id).sort()).toEqual([...LOGOUT_CATALOGUE].sort());
    expect(cases.filter(({ folder, logout }) => !folder.startsWith(`${logout.id}-`))).toEqual([]);
  });

  it('shows every code of its own that this library refuses with', () => {
    const shown = new Set(cases.flatMap(({ logout }) => ('code' in logout.expect ? [logout.expect.code] : [])));
    expect([...shown].filter((code) => !Object.hasOwn(SAML_ERROR_CODES, code))).toEqual([]);
    const own = Object.keys(SAML_ERROR_CODES).filter((code) => /logout/.test(code) && !code.startsWith('metadata_'));
    expect(own.filter((code) => !shown.has(code))).toEqual([]);
  });

  it.each(cases.map(({ folder, logout }) => [folder, logout] as const))('%s', (_folder, logout) => {
    const outcomes = runLogout(logout);
    expect(observed(outcomes[outcomes.length - 1]!, logout.expect)).toEqual(logout.expect);
  });
});

/** What happened, in the words of the expectation. */
function observed(outcome: LogoutOutcome, expected: LogoutCase['expect']): LogoutCase['expect'] {
  if ('code' in outcome) return { code: outcome.code };
  if (outcome.is === 'response') return { accept: 'response', complete: outcome.complete };
  return {
    accept: 'request',
    ...('nameId' in expected ? { nameId: outcome.nameId.value } : {}),
    ...('sessionIndexes' in expected ? { sessionIndexes: outcome.sessionIndexes } : {}),
  };
}

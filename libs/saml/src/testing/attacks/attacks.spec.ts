import { join } from 'node:path';

import { SAML_ERROR_CODES } from '../../error-codes.ts';
import { readAttackCases, type Expectation } from './attack-case.ts';
import { CATALOGUE } from './catalogue.ts';
import { runAttack, type Outcome } from './run-attack.ts';

const cases = readAttackCases(join(import.meta.dirname, '../../../cases/attacks'));

describe('the attack catalogue', () => {
  it('holds every row, each in a folder that bears its id', () => {
    expect(cases.map(({ attack }) => attack.id).sort()).toEqual([...CATALOGUE].sort());
    expect(cases.filter(({ folder, attack }) => !folder.startsWith(`${attack.id}-`))).toEqual([]);
  });

  it('names only codes that the operator finds in the list', () => {
    const codes = cases.flatMap(({ attack }) =>
      'code' in attack.expect ? [attack.expect.code] : (attack.expect.others ?? []),
    );
    expect(codes.filter((code) => !Object.hasOwn(SAML_ERROR_CODES, code))).toEqual([]);
  });

  it.each(cases.map(({ folder, attack }) => [folder, attack] as const))('%s', async (_folder, attack) => {
    expect(observed(await runAttack(attack), attack.expect)).toEqual(attack.expect);
  });
});

describe('the attack catalogue with node-saml as verifier', () => {
  /** Rules ADD and ENC of `disagreements.ts`: what node-saml does not know. */
  const explained = new Map<string, Expectation>([
    ['S50', { code: 'idp_key_unusable' }],
    ...['E05d', 'E16b', 'E16c', 'E16d', 'E16e'].map(
      (id) => [id, { code: 'encryption_algorithm_not_allowed' }] as const,
    ),
    ...['E17b', 'E17c'].map((id) => [id, { code: 'encrypted_key_missing' }] as const),
  ]);

  it.each(cases.map(({ folder, attack }) => [folder, attack] as const))('%s', async (_folder, attack) => {
    const outcomes = await runAttack(attack, 'node-saml');
    expect(observed(outcomes, attack.expect)).toEqual(explained.get(attack.id) ?? attack.expect);
  });
});

/** What happened, told in the words of the expectation: the one code of all copies, or what one copy was accepted with. */
function observed(outcomes: readonly Outcome[], expected: Expectation): Expectation {
  const codes = outcomes.flatMap((outcome) => ('code' in outcome ? [outcome.code] : []));
  const [winner, ...more] = outcomes.filter((outcome) => !('code' in outcome));
  if (winner === undefined) return { code: [...new Set(codes)].join(' ') };
  if (more.length > 0) return { code: `${more.length + 1} copies were accepted` };
  if ('code' in expected) return { accept: true };
  const others = codes.every((code) => expected.others?.includes(code)) ? expected.others : codes;
  return { accept: true, ...(others === undefined ? {} : { others }), ...seen(winner, expected) };
}

function seen(winner: Outcome, expected: Extract<Expectation, { accept: true }>): Partial<Expectation> {
  if ('accepted' in winner) {
    const { nameId, attributes } = winner.accepted;
    return {
      ...(expected.nameId === undefined ? {} : { nameId: nameId.value }),
      ...(expected.attributes === undefined ? {} : { attributes: Object.fromEntries(attributes) }),
    };
  }
  if (!('url' in winner) || expected.query === undefined) return {};
  const { searchParams } = winner.url;
  const query = Object.entries(expected.query).map(([name, values]) => {
    const got = searchParams.getAll(name);
    return [name, typeof values === 'number' ? got.length : got];
  });
  return { query: Object.fromEntries(query) };
}

import { ImpactCounter } from './impact.ts';

const NONE = { removedIdentityProviders: [] };
const user = (grants: readonly string[], groups: readonly string[] = []) => ({
  userId: '1',
  active: true,
  identityProvider: 'okta',
  facts: {},
  grants: grants.map(grantOf),
  groups,
});
const target = (grants: readonly string[], groups: readonly string[] = []) => ({
  grants: grants.map(grantOf),
  groups: groups.map((group) => ({ group })),
  refused: false,
});

function grantOf(text: string) {
  const [scope = '', role = ''] = text.split(' ');
  return { scope, role };
}

function affected(before: ReturnType<typeof user>, after: ReturnType<typeof target>) {
  const counter = new ImpactCounter();
  counter.add(before, after);
  return counter.result(NONE);
}

it('the same grants and groups affect nobody, in whatever order they come', () => {
  for (const order of [
    ['a x', 'b y'],
    ['b y', 'a x'],
  ]) {
    expect(affected(user(['a x', 'b y'], ['g', 'h']), target(order, ['h', 'g']))).toMatchObject({
      affectedUsers: 0,
      grants: [],
      groups: [],
    });
  }
});

it('as many others in their place are gains and losses', () => {
  expect(affected(user(['a x', 'b y'], ['g']), target(['a x', 'b z'], ['h']))).toMatchObject({
    affectedUsers: 1,
    grants: [
      { scope: 'b', role: 'y', gain: 0, lose: 1 },
      { scope: 'b', role: 'z', gain: 1, lose: 0 },
    ],
    groups: [
      { group: 'g', gain: 0, lose: 1 },
      { group: 'h', gain: 1, lose: 0 },
    ],
  });
  expect(affected(user(['a x', 'b y']), target(['a y', 'b x']))).toMatchObject({ affectedUsers: 1 });
});

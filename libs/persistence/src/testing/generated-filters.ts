import fc from 'fast-check';
import {
  decimal,
  ENTERPRISE,
  groupIds,
  ids,
  integer,
  moment,
  SCHEMAS,
  text,
  time,
  typed,
  URN,
} from './generated-directory.ts';

/* TEST ONLY: filters and orders as a client writes them, over the attributes of generated directories. */

type Kind = 'text' | 'flag' | 'number' | 'time' | 'exact';

const quoted = (arbitrary: fc.Arbitrary<string>) => arbitrary.map((value) => JSON.stringify(value));
const plain = (arbitrary: fc.Arbitrary<number | boolean>) => arbitrary.map(String);
const needle = fc.oneof({ weight: 9, arbitrary: text }, fc.constantFrom('', '0', '1', 'work', 'true'));
const EQUALITY = ['eq', 'ne'];
const ORDER = [...EQUALITY, 'gt', 'ge', 'lt', 'le'];
const OPERANDS: Record<Kind, readonly [operators: readonly string[], values: fc.Arbitrary<string>]> = {
  text: [[...ORDER, 'co', 'sw', 'ew'], quoted(needle)],
  flag: [EQUALITY, plain(fc.boolean())],
  number: [ORDER, plain(integer)],
  time: [ORDER, quoted(time)],
  exact: [EQUALITY, quoted(fc.constantFrom('QUJD', 'qujd', ''))],
};

function comparisons(paths: readonly string[], kind: Kind, values = OPERANDS[kind][1]): fc.Arbitrary<string> {
  const path = fc.constantFrom(...paths);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(path, fc.constantFrom(...OPERANDS[kind][0]), values).map((parts) => parts.join(' ')),
    },
    { weight: 1, arbitrary: path.map((each) => `${each} pr`) },
  );
}

function combined(term: fc.Arbitrary<string>, maxDepth: number): fc.Arbitrary<string> {
  return fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth, depthSize: 'small', withCrossShrink: true },
      term,
      fc.tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any')).map(([a, join, b]) => `(${a} ${join} ${b})`),
      tie('any').map((inner) => `not (${inner})`),
    ),
  })).any;
}

const id = quoted(fc.oneof(fc.constantFrom(...ids, ...groupIds, ids[1]!.toUpperCase(), '019f', 'x'), needle));
const momentText = quoted(moment.map((each) => each.toISOString()));
const COMMON = [
  comparisons(['externalId'], 'text'),
  comparisons(['id'], 'text', id),
  comparisons(['meta.created', 'meta.lastModified'], 'time', momentText),
  comparisons(['meta.resourceType'], 'text', quoted(fc.constantFrom('User', 'user', 'Group'))),
  comparisons(
    ['schemas'],
    'text',
    quoted(fc.constantFrom(URN, URN.toUpperCase(), ENTERPRISE, SCHEMAS.user.type.schema.id, 'urn:')),
  ),
  fc.constant('meta pr'),
];
const listed = (list: string, path = '') =>
  comparisons([`${list}${path}.value`, `${list}${path}.type`], 'text', quoted(fc.oneof(needle, typed.type)));
const inElement = combined(
  fc.oneof(
    comparisons(['value', 'type'], 'text', quoted(fc.oneof(needle, typed.type))),
    comparisons(['primary'], 'flag'),
  ),
  2,
);
const inSite = combined(
  fc.oneof(
    comparisons(['value', 'code', 'labels'], 'text'),
    comparisons(['floor'], 'number'),
    comparisons(['opened'], 'time'),
    comparisons(['primary'], 'flag'),
  ),
  2,
);
export const userTerm = fc.oneof(
  ...COMMON,
  {
    weight: 4,
    arbitrary: comparisons(
      ['userName', 'displayName', 'title', 'profileUrl', 'name.givenName', 'name.familyName'],
      'text',
    ),
  },
  { weight: 3, arbitrary: comparisons(['emails', 'emails.value', 'roles', 'addresses.country'], 'text') },
  listed('emails'),
  listed('roles'),
  comparisons(['emails.primary', 'addresses.primary', 'active', `${URN}:vip`, `${URN}:sites.primary`], 'flag'),
  comparisons(['x509Certificates', `${URN}:scan`], 'exact'),
  comparisons(
    [`${ENTERPRISE}:department`, `${ENTERPRISE}:manager.value`, `${URN}:badge`, `${URN}:home`, `${URN}:tags`],
    'text',
  ),
  comparisons(
    [`${URN}:depot.city`, `${URN}:depot.labels`, `${URN}:sites`, `${URN}:sites.code`, `${URN}:sites.labels`],
    'text',
  ),
  comparisons([`${URN}:level`, `${URN}:levels`, `${URN}:depot.floor`, `${URN}:sites.floor`], 'number'),
  comparisons([`${URN}:score`], 'number', plain(decimal.filter((n) => Math.abs(n) < 1e17 && Math.abs(n) >= 0.1))),
  comparisons([`${URN}:hired`, `${URN}:sites.opened`], 'time'),
  fc.constantFrom(
    `${URN}:depot pr`,
    `${URN}:sites pr`,
    `${ENTERPRISE}:manager pr`,
    'name pr',
    'emails pr',
    'groups pr',
    'emails eq null',
  ),
  comparisons(['groups', 'groups.value'], 'text', id),
  comparisons(['groups.display', 'groups.type'], 'text', quoted(fc.oneof(needle, fc.constantFrom('direct', 'Direct')))),
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom('emails', 'roles'), inElement).map(([list, term]) => `${list}[${term}]`),
  },
  { weight: 2, arbitrary: inSite.map((term) => `${URN}:sites[${term}]`) },
  combined(fc.oneof(comparisons(['value'], 'text', id), comparisons(['display'], 'text')), 2).map(
    (term) => `groups[${term}]`,
  ),
  inElement.map((term) => `x509Certificates[${term.replaceAll(/value (?:co|sw|ew|g.|l.) /g, 'value eq ')}]`),
);
export const groupTerm = fc.oneof(
  ...COMMON,
  { weight: 4, arbitrary: comparisons(['displayName'], 'text') },
  { weight: 2, arbitrary: comparisons(['members', 'members.value'], 'text', id) },
  comparisons(['members.type'], 'text', quoted(fc.constantFrom('User', 'user', 'Group'))),
  fc.constant('members pr'),
  combined(fc.oneof(comparisons(['value'], 'text', id), comparisons(['type'], 'text')), 2).map(
    (term) => `members[${term}]`,
  ),
);

const words = (text: string) => text.split(' ');
export const userOrder = fc.constantFrom(
  ...words(
    'userName displayName title externalId id active meta.created meta.lastModified meta.resourceType name.givenName',
  ),
  ...words(`emails emails.type emails.primary addresses.country x509Certificates ${ENTERPRISE}:manager`),
  ...words('badge level score hired vip tags levels depot.floor depot.labels sites sites.opened sites.labels').map(
    (name) => `${URN}:${name}`,
  ),
);
export const groupOrder = fc.constantFrom(
  'displayName',
  'externalId',
  'id',
  'meta.lastModified',
  'meta.created',
  'schemas',
);

export interface Question {
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly descending: boolean;
  readonly count: number;
}

export const question = (term: fc.Arbitrary<string>, order: fc.Arbitrary<string>): fc.Arbitrary<Question> =>
  fc.record({
    filter: fc.option(combined(term, 3), { nil: undefined, freq: 8 }),
    sortBy: fc.option(order, { nil: undefined, freq: 2 }),
    descending: fc.boolean(),
    count: fc.integer({ min: 1, max: 4 }),
  });

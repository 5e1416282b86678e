import { normalizeKey } from '@rolecall/scim';
import type { Attribute, AttributePath } from '@rolecall/scim';
import type { Scalar } from './scalar.ts';
import type { StoredJson } from './stored-json.ts';

/** Elements of a multi-valued attribute as rows of their own. In every statement the organization is `$1`. */
export interface ElementRows {
  /** Behind `from`: all elements of the organization's resources. Its last part is a condition. */
  readonly from: string;
  /** The column with the id of the resource that an element is of. */
  readonly owner: string;
  /** A sub-attribute of an element; undefined = it is not kept there. */
  readonly column: (sub: Attribute) => Scalar | undefined;
  /** Few resources have an element with one value; a group may have everybody. */
  readonly isSelective: boolean;
}

/** What filters and sorts see of one kind of resource. The alias of its table is `r`. */
export interface DirectoryTable {
  readonly name: 'directory_users' | 'directory_groups';
  /** Column of `directories` that counts its resources. */
  readonly counter: 'users' | 'groups';
  readonly id: string;
  readonly json: StoredJson;
  /** The URN of its core schema, folded. */
  readonly schema: string;
  /** A single value that has a column; undefined = it is in the body. */
  readonly column: (path: AttributePath) => Scalar | undefined;
  /** Lists that are in no body. */
  readonly elements: ReadonlyMap<string, ElementRows>;
  /** Lists of the body whose values are indexed beside it. */
  readonly indexes: ReadonlyMap<string, ElementRows>;
}

const JSON_COLUMNS: StoredJson = { exact: 'r.body', folded: 'r.folded' };
const id = (sql: string): Scalar => ({ type: 'uuid', sql });
const key = (sql: string): Scalar => ({ type: 'text', sql, folded: true, indexed: true });
const word = (text: string): Scalar => ({ type: 'text', sql: `'${normalizeKey(text)}'::text`, folded: true });

const COMMON = {
  externalId: { type: 'text', sql: 'r.external_id', indexed: true },
  'meta.created': { type: 'moment', sql: 'r.created_at', required: true },
  'meta.lastModified': { type: 'moment', sql: 'r.modified_at', required: true },
} as const;

export const USERS: DirectoryTable = {
  name: 'directory_users',
  counter: 'users',
  id: 'r.user_id',
  json: JSON_COLUMNS,
  schema: normalizeKey('urn:ietf:params:scim:schemas:core:2.0:User'),
  column: columns({
    ...COMMON,
    id: id('r.user_id'),
    userName: { ...key('r.user_name_key'), required: true },
    displayName: key('r.display_name_key'),
    active: { type: 'boolean', sql: 'r.active', required: true },
    'meta.resourceType': { type: 'text', sql: `'User'::text`, required: true },
  }),
  elements: new Map([
    [
      'groups',
      {
        from: `directory_members m join directory_groups g on g.org_id = m.org_id and g.group_id = m.group_id
          where m.org_id = $1`,
        owner: 'm.user_id',
        column: subColumns({ value: id('m.group_id'), display: key('g.display_name_key'), type: word('direct') }),
        isSelective: false,
      },
    ],
  ]),
  indexes: new Map([
    [
      'emails',
      {
        from: 'directory_emails m where m.org_id = $1',
        owner: 'm.user_id',
        column: subColumns({ value: key('m.value_key') }),
        isSelective: true,
      },
    ],
  ]),
};

export const GROUPS: DirectoryTable = {
  name: 'directory_groups',
  counter: 'groups',
  id: 'r.group_id',
  json: JSON_COLUMNS,
  schema: normalizeKey('urn:ietf:params:scim:schemas:core:2.0:Group'),
  column: columns({
    ...COMMON,
    id: id('r.group_id'),
    displayName: { ...key('r.display_name_key'), required: true },
    'meta.resourceType': { type: 'text', sql: `'Group'::text`, required: true },
  }),
  elements: new Map([
    [
      'members',
      {
        from: 'directory_members m where m.org_id = $1',
        owner: 'm.group_id',
        column: subColumns({ value: id('m.user_id'), type: word('User') }),
        isSelective: true,
      },
    ],
  ]),
  indexes: new Map(),
};

/** By the path in the spelling of the schema; an extension may use the same names, so it has none. */
function columns(by: Readonly<Record<string, Scalar>>): DirectoryTable['column'] {
  const known = new Map(Object.entries(by));
  return ({ extension, attribute, sub }) =>
    extension === undefined ? known.get(sub ? `${attribute.name}.${sub.name}` : attribute.name) : undefined;
}

function subColumns(by: Readonly<Record<string, Scalar>>): ElementRows['column'] {
  const known = new Map(Object.entries(by));
  return ({ name }) => known.get(name);
}

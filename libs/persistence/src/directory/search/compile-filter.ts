import { ScimError } from '@rolecall/scim';
import type { Attribute, AttributePath, Filter } from '@rolecall/scim';
import { narrowIn } from './lookup.ts';
import type { Narrow } from './lookup.ts';
import type { Parameters } from './parameters.ts';
import { compareScalar, presentScalar } from './scalar.ts';
import type { Scalar } from './scalar.ts';
import { copyFor, everyValue, hasValue, isList, leafOf, singleValue, typedValue } from './stored-json.ts';
import type { StoredJson } from './stored-json.ts';
import type { DirectoryTable, ElementRows } from './tables.ts';

type Comparison = Filter & { readonly kind: 'compare' };

/**
 * A condition on `r`, a row of the table, that holds exactly where `matches` of @rolecall/scim does. Values are parameters, `$1` is
 * the organization. In a WHERE null counts as false, and `and` and `or` keep that so; only `not` would not, and so is written
 * `is not true`.
 */
export function compileFilter(filter: Filter, table: DirectoryTable, parameters: Parameters): string {
  return new Compiler(table, parameters).condition(filter, { column: table.column, json: table.json, isRow: true });
}

/** What a path starts at: a row of the table, or an element of one of its lists. */
interface Place {
  readonly column: (path: AttributePath) => Scalar | undefined;
  /** Where the rest is; undefined = there is no rest. */
  readonly json: StoredJson | undefined;
  readonly isRow: boolean;
}

class Compiler {
  /** Under `not` an index would find what is not wanted. */
  private negated = false;

  constructor(
    private readonly table: DirectoryTable,
    private readonly parameters: Parameters,
  ) {}

  condition(filter: Filter, place: Place): string {
    switch (filter.kind) {
      case 'and':
      case 'or':
        if (filter.terms.length === 0) return filter.kind === 'and' ? 'true' : 'false';
        return `(${filter.terms.map((term) => this.condition(term, place)).join(` ${filter.kind} `)})`;
      case 'not':
        return this.not(() => this.condition(filter.term, place));
      case 'present':
        return this.present(filter.path, place);
      case 'compare':
        return filter.operator === 'ne' ? this.differs(filter, place) : this.compare(filter, filter.operator, place);
      case 'element':
        return this.someElement(filter.path, filter.term);
    }
  }

  private not(condition: () => string): string {
    const before = this.negated;
    this.negated = true;
    const inner = condition();
    this.negated = before;
    return `(${inner} is not true)`;
  }

  private present(path: AttributePath, place: Place): string {
    const isWhole = leafOf(path).type === 'complex';
    if (isWhole && place.isRow && path.extension === undefined) {
      if (path.attribute.name === 'meta') return 'true';
      const rows = this.table.elements.get(path.attribute.name);
      if (rows) return this.hasRow(rows, 'true');
    }
    if (isWhole) return hasValue(jsonOf(place, path), path, this.parameters);
    return isList(path) ? this.someValue(path, place, presentScalar) : presentScalar(this.single(path, place));
  }

  private compare(filter: Comparison, operator: Exclude<Comparison['operator'], 'ne'>, place: Place): string {
    const { path, value } = filter;
    const compare = (scalar: Scalar) => compareScalar(scalar, operator, value, this.parameters);
    if (!isList(path)) return compare(this.single(path, place));
    if (!place.isRow) return this.someValue(path, place, compare);
    const narrow = this.narrowest(path, filter);
    return narrow ? this.anyOf(narrow.rows, compare(narrow.column)) : this.someValue(path, place, compare);
  }

  /** `ne`: there is no value, or one that differs. */
  private differs({ path, value }: Comparison, place: Place): string {
    const isOther = (scalar: Scalar) => `((${compareScalar(scalar, 'eq', value, this.parameters)}) is not true)`;
    if (!isList(path)) return isOther(this.single(path, place));
    const none = this.not(() => this.someValue(path, place, presentScalar));
    const other = this.someValue(path, place, (scalar) => `${presentScalar(scalar)} and ${isOther(scalar)}`);
    return `(${none} or ${other})`;
  }

  /** The value of a path without lists. */
  private single(path: AttributePath, place: Place): Scalar {
    return place.column(path) ?? singleValue(jsonOf(place, path), path, this.parameters);
  }

  /** Some value of a list is such. */
  private someValue(path: AttributePath, place: Place, holds: (scalar: Scalar) => string): string {
    const attribute = leafOf(path);
    if (place.isRow && path.extension === undefined) {
      if (path.attribute.name === 'schemas') return this.someSchema(holds);
      const rows = this.table.elements.get(path.attribute.name);
      if (rows) return this.hasRow(rows, holds(columnOf(rows, attribute)));
    }
    const list = this.parameters.add(everyValue(path), 'jsonpath');
    const values = `jsonb_path_query(${copyFor(jsonOf(place, path), attribute)}, ${list}) v (value)`;
    return `exists (select from ${values} where ${holds(typedValue('v.value', attribute))})`;
  }

  /** The core schema, and the extensions whose names `foldedBody` keeps. */
  private someSchema(holds: (scalar: Scalar) => string): string {
    const urns = `(select ${this.parameters.add(this.table.schema, 'text')} as urn
      union all select jsonb_array_elements_text(r.folded -> 'schemas')) s`;
    return `exists (select from ${urns} where ${holds({ type: 'text', sql: 's.urn', folded: true })})`;
  }

  /** All terms hold for one element. */
  private someElement(path: AttributePath, term: Filter): string {
    const narrow = this.narrowest(path, term);
    const rows = path.extension === undefined ? this.table.elements.get(path.attribute.name) : undefined;
    if (rows) {
      const place: Place = { column: ({ attribute }) => rows.column(attribute), json: undefined, isRow: false };
      const holds = this.condition(term, place);
      return narrow ? this.anyOf(rows, holds) : this.hasRow(rows, holds);
    }
    const holds = this.inBody(path, term);
    if (!narrow) return holds;
    const found = compareScalar(narrow.column, narrow.operator, narrow.value, this.parameters);
    return `(${this.anyOf(narrow.rows, found)} and ${holds})`;
  }

  private inBody(path: AttributePath, term: Filter): string {
    const list = this.parameters.add(everyValue(path), 'jsonpath');
    const { exact, folded } = this.table.json;
    const elements = `rows from (jsonb_path_query(${exact}, ${list}), jsonb_path_query(${folded}, ${list})) e (exact, folded)`;
    const place: Place = { column: () => undefined, json: { exact: 'e.exact', folded: 'e.folded' }, isRow: false };
    return `exists (select from ${elements} where ${this.condition(term, place)})`;
  }

  private hasRow(rows: ElementRows, holds: string): string {
    return `exists (select from ${rows.from} and ${rows.owner} = ${this.table.id} and ${holds})`;
  }

  /** The ids as an array: index scans take one under `or` as well, where EXISTS would be asked of every row. */
  private anyOf(rows: ElementRows, holds: string): string {
    return `${this.table.id} = any (array(select ${rows.owner} from ${rows.from} and ${holds}))`;
  }

  /** How an index narrows the term down to few rows. */
  private narrowest(path: AttributePath, term: Filter): (Narrow & { readonly rows: ElementRows }) | undefined {
    if (this.negated || path.extension !== undefined) return undefined;
    const { name } = path.attribute;
    const rows = this.table.elements.get(name) ?? this.table.indexes.get(name);
    const narrow = rows && narrowIn(rows, term);
    return narrow && { ...narrow, rows };
  }
}

function columnOf(rows: ElementRows, sub: Attribute): Scalar {
  return rows.column(sub) ?? refuse(sub);
}

function jsonOf({ json }: Place, path: AttributePath): StoredJson {
  return json ?? refuse(leafOf(path));
}

/** The parser refuses what is made on reading; this is for what it does not know of. */
function refuse({ name }: Attribute): never {
  throw new ScimError(
    400,
    'invalidFilter',
    `the filter asks for ${name}, which is not kept; ask for what it is made of`,
  );
}

import { ScimError } from '../errors.ts';
import type { ScimObject } from '../resource.ts';
import type { ResourceSchemas } from '../schema/registry.ts';
import { compareText } from '../text/compare-text.ts';
import { comparable, isObject, valuesAt } from './evaluate.ts';
import type { AttributePath, FilterValue } from './filter.ts';

/**
 * Reads a `sortBy` parameter (RFC 7644 §3.4.2.3). `emails` sorts by `emails.value`.
 * @param text UNVERIFIED
 * @returns a path to a simple value
 * @throws {ScimError} 400 invalidPath, 403 sensitive
 */
export function readSortBy(text: string, schemas: ResourceSchemas): AttributePath {
  const path = schemas.attribute(text);
  if (!path) throw invalidSort('names an attribute that these resources have not; see /Schemas');
  const { attribute, sub } = path;
  if (attribute.returned === 'never') throw new ScimError(403, 'sensitive', `${attribute.name} cannot be sorted by`);
  if ((sub ?? attribute).type !== 'complex') return path;
  const value = sub ? undefined : schemas.sub(attribute, 'value');
  if (!value) throw invalidSort('names an attribute with several parts; name one, as in name.familyName');
  return { ...path, sub: value };
}

function invalidSort(problem: string): ScimError {
  return new ScimError(400, 'invalidPath', `sortBy ${problem}`);
}

/**
 * What a resource is sorted by: of a list the primary element, or the first that has a value.
 * @param resource a searchView
 * @returns undefined = absent
 */
export function sortKeyOf(resource: ScimObject, path: AttributePath): FilterValue | undefined {
  const { sub, ...list } = path;
  const elements = valuesAt({ ...list, sub: undefined }, resource);
  const primary = elements.find((element) => isObject(element) && element['primary'] === true);
  const [first] = sub
    ? [primary, ...elements].flatMap((element) =>
        isObject(element) ? valuesAt({ extension: undefined, attribute: sub, sub: undefined }, element) : [],
      )
    : elements;
  return first === undefined ? undefined : comparable(sub ?? path.attribute, first);
}

export interface Sortable {
  readonly key: FilterValue | undefined;
  readonly id: string;
}

/** The order of a page: absent last (descending: first); equal keys by id, ascending in both directions, so that pages are stable. */
export function compareSortKeys(left: Sortable, right: Sortable, descending: boolean): number {
  const order = compareKeys(left.key, right.key);
  return (descending ? -order : order) || compareText(left.id, right.id);
}

function compareKeys(left: FilterValue | undefined, right: FilterValue | undefined): number {
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  return typeof left === 'string' && typeof right === 'string'
    ? compareText(left, right)
    : Number(left) - Number(right);
}

import { ScimError } from '../errors.ts';
import { read } from '../resource/read-resource.ts';
import { entriesOf, invalidSyntax, invalidValue, isObject, tolerate, type Reading } from '../resource/reading.ts';
import { ignoreUnknown } from '../resource/read-value.ts';
import type { DirectorySchemas, SchemaPath } from '../schema/registry.ts';
import { foldMembers, readMemberStep, type MemberStep } from './members.ts';
import { PATCH_LIMITS, PATCH_SCHEMA, type Change, type Patch } from './patch.ts';
import { readChange, type UnplacedChange, type Verb } from './read-change.ts';
import { readTarget, type Target } from './target.ts';

/**
 * Reads the body of a PATCH (RFC 7644 §3.5.2), or the `data` of one in a bulk request. Says what the client meant; nothing stored is
 * looked at, so what it comes to is seen by applyPatch.
 *
 * @param unverified parsed JSON
 * @throws {ScimError} with the position of the operation
 */
export function readPatch(unverified: unknown, type: 'user' | 'group', schemas: DirectorySchemas): Patch {
  return read(schemas, type, (reading) => {
    const request = new PatchReader(reading);
    for (const [index, operation] of operationsOf(unverified, reading).entries())
      atOperation(index, () => request.read(operation, index));
    return { changes: request.changes, members: foldMembers(request.members) };
  });
}

/** @throws what `run` throws, told with the operation's position (E5) */
export function atOperation<T>(index: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    throw new ScimError(error.status, error.scimType, `Operations[${index}]: ${error.detail}`, error.quirk);
  }
}

function operationsOf(unverified: unknown, reading: Reading): readonly unknown[] {
  if (!isObject(unverified)) throw invalidSyntax('the body must be a JSON object: a PatchOp');
  const { schemas, Operations, operations } = unverified;
  const isPatch = (urn: unknown) => typeof urn === 'string' && urn.toLowerCase() === PATCH_SCHEMA.toLowerCase();
  if (!Array.isArray(schemas) || !schemas.some(isPatch)) throw invalidSyntax(`schemas must name ${PATCH_SCHEMA}`);
  const noList = () => invalidSyntax('Operations must be a list with at least one operation');
  if (Operations === undefined && operations !== undefined) tolerate(reading, 'operations_key', noList);
  const list: unknown = Operations ?? operations;
  if (!Array.isArray(list) || list.length === 0) throw noList();
  if (list.length > PATCH_LIMITS.operations)
    throw invalidSyntax(
      `Operations must not be more than ${PATCH_LIMITS.operations}; send the rest in another request`,
    );
  return list as readonly unknown[];
}

/** Collects what the operations of one request come to. */
class PatchReader {
  readonly changes: Change[] = [];
  readonly members: MemberStep[] = [];
  private filterCharacters = 0;

  constructor(private readonly reading: Reading) {}

  read(operation: unknown, index: number): void {
    if (!isObject(operation)) throw invalidSyntax('an operation must be an object with op, path and value');
    const verb = this.verb(operation['op']);
    const { path = null, value } = operation;
    if (path === null) return this.withoutPath(verb, value, index);
    if (typeof path !== 'string') throw new ScimError(400, 'invalidPath', 'path must be text');
    this.withPath(verb, path, value, index, false);
  }

  private verb(unverified: unknown): Verb {
    const verb = typeof unverified === 'string' ? unverified.toLowerCase() : '';
    if (verb !== 'add' && verb !== 'replace' && verb !== 'remove')
      throw invalidSyntax('op must be add, replace or remove');
    if (verb !== unverified) this.reading.note('op_in_capitals');
    return verb;
  }

  /** X5: the value is a part of a resource, each key a path. */
  private withoutPath(verb: Verb, value: unknown, index: number): void {
    if (verb === 'remove') throw new ScimError(400, 'noTarget', 'remove must have a path');
    tolerate(this.reading, 'path_missing', () => invalidSyntax('an operation must have a path'));
    this.eachKey(verb, value, undefined, index);
  }

  private withPath(verb: Verb, path: string, value: unknown, index: number, isKey: boolean): void {
    const schema = this.reading.resource.schema(path);
    if (schema) return this.wholeSchema(verb, schema, value, index);
    this.boundFilters(path);
    const target = readTarget(path, this.reading);
    if (!target) return;
    if (this.isMembers(target)) this.members.push(readMemberStep(verb, target, value, this.reading));
    else this.push(readChange({ verb, target, value, isKey }, this.reading), index);
  }

  /** X26: the URN of a schema stands for all its attributes. */
  private wholeSchema(verb: Verb, { schema, extension }: SchemaPath, value: unknown, index: number): void {
    const isNone = value === null || value === '';
    if (verb !== 'remove' && !isNone) {
      if (extension === undefined) this.reading.note('core_schema_as_key');
      return this.eachKey(verb, value, schema.id, index);
    }
    if (extension === undefined)
      throw new ScimError(400, 'mutability', 'the attributes of the core schema cannot be removed at once');
    if (verb !== 'add') this.push([{ kind: 'extension', schema }], index);
  }

  private eachKey(verb: Verb, value: unknown, within: string | undefined, index: number): void {
    if (!isObject(value)) throw invalidValue('value', 'must be an object with attributes');
    for (const [key, inner] of entriesOf(value, 'value')) {
      if (key === '') {
        ignoreUnknown(key, within, this.reading);
        continue;
      }
      if (/[.:[]/.test(key) && !this.reading.resource.schema(key))
        tolerate(this.reading, 'path_as_key', () => invalidSyntax('a path cannot be a key of a value'));
      this.withPath(verb, within === undefined ? key : `${within}:${key}`, inner, index, true);
    }
  }

  private isMembers({ path }: Target): boolean {
    return (
      this.reading.resource.type.name === 'Group' && path.extension === undefined && path.attribute.name === 'members'
    );
  }

  private boundFilters(path: string): void {
    // removals of members look at no list
    if (path.includes('[') && this.reading.resource.type.name === 'User') this.filterCharacters += path.length;
    if (this.filterCharacters > PATCH_LIMITS.filterCharacters)
      throw invalidSyntax('too many filters in the paths of one request; send the rest in another one');
  }

  private push(changes: readonly UnplacedChange[], index: number): void {
    for (const change of changes) this.changes.push({ ...change, index });
    if (this.changes.length > PATCH_LIMITS.changes)
      throw invalidSyntax(`more than ${PATCH_LIMITS.changes} changes in one request; send the rest in another one`);
  }
}

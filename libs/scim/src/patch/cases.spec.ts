import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorBody, ScimError } from '../errors.ts';
import type { ResourceBody } from '../resource.ts';
import { directorySchemas, type DirectoryMode, type DirectorySettings } from '../schema/registry.ts';
import { applyPatch } from './apply-patch.ts';
import { readPatch } from './read-patch.ts';

// cases/patch/<statement-story>/{resource.json, patch.json, parameters.json?, expected.json}: what each mode makes of a PATCH.
// resource.json is the stored body with its id. UPDATE_CASES=1 writes expected.json anew.
const folder = join(import.meta.dirname, '../../cases/patch');

interface Parameters {
  /** Default: User. */
  readonly type?: 'User' | 'Group';
  readonly extension?: NonNullable<DirectorySettings['extension']>;
}

describe('a PATCH', () => {
  it.each(readdirSync(folder))('%s', (name) => {
    const path = (file: string) => join(folder, name, file);
    const json = (file: string): unknown => JSON.parse(readFileSync(path(file), 'utf8'));
    const parameters = existsSync(path('parameters.json')) ? (json('parameters.json') as Parameters) : {};
    const resource = json('resource.json') as ResourceBody & { id: string };
    const before = JSON.stringify(resource);

    const outcome = {
      tolerant: patched(resource, json('patch.json'), 'tolerant', parameters),
      strict: patched(resource, json('patch.json'), 'strict', parameters),
    };

    if (process.env['UPDATE_CASES']) writeFileSync(path('expected.json'), `${JSON.stringify(outcome, null, 2)}\n`);
    expect(outcome).toEqual(json('expected.json'));
    // X3: a refused PATCH, and any other, leaves what it was given as it was
    expect(JSON.stringify(resource)).toBe(before);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

function patched(
  { id, ...body }: ResourceBody & { id: string },
  unverified: unknown,
  mode: DirectoryMode,
  { type = 'User', extension }: Parameters,
): object {
  const schemas = directorySchemas({ mode, extension });
  const kind = type === 'Group' ? 'group' : 'user';
  try {
    const patch = readPatch(unverified, kind, schemas);
    const { body: after, changed, quirks } = applyPatch({ id, body }, patch, schemas[kind].type);
    return {
      ...(changed ? { body: after } : { unchanged: after === body }),
      ...(patch.members && { members: patch.members }),
      ...(patch.ignored.length > 0 && { ignored: patch.ignored }),
      quirks: [...patch.quirks, ...quirks],
    };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    const { schemas: _, ...said } = errorBody(error) as Record<string, unknown>;
    return { error: said };
  }
}

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorBody, ScimError } from '../errors.ts';
import { directorySchemas } from '../schema/registry.ts';
import type { DirectoryMode, DirectorySettings } from '../schema/registry.ts';
import { readGroup, readUser } from './read-resource.ts';

// cases/resources/<statement-story>/{input.json, parameters.json?, expected.json}: what each mode makes of the body of a POST or
// PUT. UPDATE_CASES=1 writes expected.json anew.
const folder = join(import.meta.dirname, '../../cases/resources');

interface Parameters {
  /** Default: User. */
  readonly type?: 'User' | 'Group';
  readonly extension?: NonNullable<DirectorySettings['extension']>;
}

describe('reading a resource', () => {
  it.each(readdirSync(folder))('%s', (name) => {
    const path = (file: string) => join(folder, name, file);
    const json = (file: string): unknown => JSON.parse(readFileSync(path(file), 'utf8'));
    const parameters = existsSync(path('parameters.json')) ? (json('parameters.json') as Parameters) : {};

    const outcome = {
      tolerant: read(json('input.json'), 'tolerant', parameters),
      strict: read(json('input.json'), 'strict', parameters),
    };

    if (process.env['UPDATE_CASES']) writeFileSync(path('expected.json'), `${JSON.stringify(outcome, null, 2)}\n`);
    expect(outcome).toEqual(json('expected.json'));
    expect(Object.prototype).not.toHaveProperty('admin');
  });
});

function read(unverified: unknown, mode: DirectoryMode, { type, extension }: Parameters): object {
  const schemas = directorySchemas({ mode, extension });
  try {
    return type === 'Group' ? readGroup(unverified, schemas) : readUser(unverified, schemas);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { error: errorBody(error), ...(error.quirk && { tolerantBy: error.quirk }) };
  }
}

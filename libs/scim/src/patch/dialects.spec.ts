import { ScimError } from '../errors.ts';
import { QUIRKS, type Quirk } from '../quirks.ts';
import { directorySchemas, type DirectoryMode } from '../schema/registry.ts';
import { applyPatch } from './apply-patch.ts';
import { PATCH_DIALECTS, type PatchDialect } from './dialects.ts';
import { PATCH_SCHEMA } from './patch.ts';
import { readPatch } from './read-patch.ts';

const stored = { id: '1', body: { userName: 'eve', active: true } };

function quirksOf({ quirk, sends }: PatchDialect, mode: DirectoryMode): readonly Quirk[] {
  const schemas = directorySchemas({ mode });
  const key = quirk === 'operations_key' ? 'operations' : 'Operations';
  const patch = readPatch({ schemas: [PATCH_SCHEMA], [key]: [sends] }, 'user', schemas);
  return [...patch.quirks, ...applyPatch(stored, patch, schemas.user.type).quirks];
}

function byStrictMode(dialect: PatchDialect): PatchDialect['strict'] {
  try {
    return quirksOf(dialect, 'strict').includes(dialect.quirk) ? 'understood' : 'refused';
  } catch (error) {
    if (error instanceof ScimError && error.status === 400) return 'refused';
    throw error;
  }
}

describe.each(PATCH_DIALECTS.map((dialect) => [dialect.statements.join(' '), dialect.quirk, dialect] as const))(
  '%s %s',
  (_, quirk, dialect) => {
    it('is understood by tolerant mode, and told (security.md 27)', () => {
      expect(quirksOf(dialect, 'tolerant')).toContain(quirk);
    });

    it(`is ${dialect.strict} by strict mode`, () => {
      expect(byStrictMode(dialect)).toBe(dialect.strict);
    });
  },
);

it('each quirk stands in the table once', () => {
  const quirks = PATCH_DIALECTS.map(({ quirk }) => quirk);
  expect(new Set(quirks).size).toBe(quirks.length);
  expect(Object.keys(QUIRKS)).toEqual(expect.arrayContaining(quirks));
});

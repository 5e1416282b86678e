import type { Diagnostic } from '@rolecall/org-config';
import { overrideText, pathOf, valueOf } from '@rolecall/reconcile';
import type { Plan } from '@rolecall/reconcile';

/**
 * What of a plan a reviewer should see on the lines of the files: drift that it takes back, overrides, and entries that no file
 * declares. All are warnings: none of them is wrong with the files.
 * @param placeOf where a part of an organization stands, or would
 */
export function planNotes(
  plan: Plan,
  placeOf: (organization: string, pointer: string) => Diagnostic['position'],
): readonly Diagnostic[] {
  const note = (code: string, organization: string, pointer: string, message: string): Diagnostic => ({
    severity: 'warning',
    code,
    message,
    pointer,
    position: placeOf(organization, pointer),
  });
  const changed = plan.changes.flatMap(({ organization, fields }) =>
    fields
      .filter(({ origin }) => origin !== 'git')
      .map((field) => {
        const what = `${organization}: ${pathOf(field.path)}${valueOf(field)}`;
        const why =
          field.origin === 'drift'
            ? 'was changed on the server and is taken back'
            : 'was changed on the server as well';
        return note(field.origin, organization, field.path, `${what}, which ${why}`);
      }),
  );
  const overridden = plan.overrides.map((override) =>
    note('overridden', override.organization, override.path, `overridden for a while: ${overrideText(override)}`),
  );
  const beside = plan.unmanaged.map(({ organization, path }) =>
    note('unmanaged_entry', organization, path, `${organization} has ${pathOf(path)}, which no file declares`),
  );
  return [...changed, ...overridden, ...beside];
}

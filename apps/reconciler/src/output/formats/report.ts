import type { Diagnostic, SourceFile } from '@rolecall/org-config';
import { commandVersion } from '../../command-version.ts';
import type { ToolFormat } from './names.ts';
import { githubAnnotations, gitlabReport, junit, sarif } from './diagnostics.ts';

/** Problems as a tool reads them; a report without problems is one too. */
export function reportAs(
  format: ToolFormat,
  diagnostics: readonly Diagnostic[],
  sources: readonly Pick<SourceFile, 'path' | 'shownAs'>[],
): string {
  if (format === 'github') return githubAnnotations(diagnostics);
  if (format === 'junit')
    return junit(
      sources.map(({ path, shownAs = path }) => shownAs),
      diagnostics,
    );
  const report = format === 'sarif' ? sarif(diagnostics, commandVersion()) : gitlabReport(diagnostics);
  return `${JSON.stringify(report, null, 2)}\n`;
}

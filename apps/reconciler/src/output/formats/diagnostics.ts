import { createHash } from 'node:crypto';
import type { Diagnostic } from '@rolecall/org-config';
import { printable } from '../printable.ts';

/** GitHub shows ten of each level per step; the rest would be lost without a word. */
const MOST_ANNOTATIONS = 10;

/**
 * Workflow commands of GitHub Actions: an annotation on the line of each problem, ten of each level, and how many more there are.
 */
export function githubAnnotations(diagnostics: readonly Diagnostic[]): string {
  return (['error', 'warning'] as const)
    .map((level) => {
      const all = diagnostics.filter(({ severity }) => severity === level);
      const shown = all.slice(0, MOST_ANNOTATIONS).map((one) => {
        const { file, line, column } = one.position;
        const at = { file, line: String(line), col: String(column), title: one.code };
        return annotation(level, at, sentence(one));
      });
      const left = all.length - shown.length;
      return [...shown, ...(left > 0 ? [annotation('notice', {}, `${left} more of them are in the log`)] : [])].join(
        '',
      );
    })
    .join('');
}

/** One workflow command. Nothing of its texts can end it or begin another. */
export function annotation(
  level: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string>>,
  message: string,
): string {
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const value = (text: string) => data(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const written = Object.entries(properties).map(([name, text]) => `${name}=${value(text)}`);
  return `::${level}${written.length > 0 ? ` ${written.join(',')}` : ''}::${data(printable(message))}\n`;
}

/** SARIF 2.1.0 (OASIS), which GitHub's code scanning and many editors read. @param version of this command */
export function sarif(diagnostics: readonly Diagnostic[], version: string): object {
  const rules = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'rolecall', version, rules: rules.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((one) => ({
          ruleId: one.code,
          level: one.severity,
          message: { text: sentence(one) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(one.position.file) },
                region: { startLine: one.position.line, startColumn: one.position.column },
              },
            },
          ],
          partialFingerprints: { rolecall: fingerprint(one) },
        })),
      },
    ],
  };
}

/** GitLab's Code Quality report. */
export function gitlabReport(diagnostics: readonly Diagnostic[]): readonly object[] {
  return diagnostics.map((one) => ({
    description: sentence(one),
    check_name: one.code,
    fingerprint: fingerprint(one),
    severity: one.severity === 'error' ? 'major' : 'minor',
    location: { path: one.position.file, lines: { begin: one.position.line } },
  }));
}

/** A JUnit report: a test case for each file, which fails with what is wrong in it. Warnings fail nothing. */
export function junit(files: readonly string[], diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const byFile = Map.groupBy(errors, ({ position }) => position.file);
  const names = [...new Set([...files, ...byFile.keys()])].sort();
  const cases = names.map((file) => {
    const found = byFile.get(file) ?? [];
    const failures = found.map((one) => {
      const place = `${file}:${one.position.line}:${one.position.column}`;
      return `    <failure type="${xml(one.code)}" message="${xml(sentence(one))}">${xml(place)}</failure>\n`;
    });
    const opening = `  <testcase classname="rolecall" name="${xml(file)}"`;
    return failures.length === 0 ? `${opening}/>\n` : `${opening}>\n${failures.join('')}  </testcase>\n`;
  });
  const head = `<testsuite name="rolecall" tests="${names.length}" failures="${byFile.size}" errors="0">\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}${cases.join('')}</testsuite>\n`;
}

function sentence({ message, suggestion }: Diagnostic): string {
  return suggestion === undefined ? message : `${message}; ${suggestion}`;
}

/** Stays while lines above it come and go. */
function fingerprint({ code, message, pointer = '', position }: Diagnostic): string {
  return createHash('sha256').update([code, position.file, pointer, message].join('\n')).digest('hex');
}

function xml(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

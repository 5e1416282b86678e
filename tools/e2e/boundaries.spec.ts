import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyWorkspace, runNx } from './workspace-copy.ts';

const directory = mkdtempSync(join(tmpdir(), 'workspace-'));

beforeAll(() => copyWorkspace(directory));
afterAll(() => rmSync(directory, { recursive: true }));

/** Forbidden imports, each planted in a file of its own; the lint must name every one. */
const FORBIDDEN = [
  { project: 'libs/audit', imports: '@rolecall/persistence', why: 'against the direction of the layers' },
  { project: 'libs/saml', imports: '@rolecall/role-mapping', why: 'a leaf depends on nothing of ours' },
  { project: 'libs/role-mapping', imports: '@nestjs/common', why: 'a domain library knows no framework' },
  { project: 'libs/persistence', imports: '@nestjs/common', why: 'only platform and apps know the framework' },
  { project: 'libs/org-config', imports: '@rolecall/saml', why: 'only role-mapping is below it' },
  {
    project: 'apps/auth-gateway',
    imports: '../../admin-api/src/config.ts',
    why: 'apps do not import apps, by no path',
  },
];

test('the lint refuses imports that cross a boundary', async () => {
  for (const [index, { project, imports }] of FORBIDDEN.entries()) {
    writeFileSync(join(directory, project, `src/boundary-probe-${index}.ts`), `import ${JSON.stringify(imports)};\n`);
  }
  const projects = FORBIDDEN.map(({ project }) => project.replace(/^\w+\//, '@rolecall/')).join(',');

  const { code, output } = await runNx(directory, ['run-many', '-t', 'lint', '-p', projects, '--output-style=static']);

  // Without a cached project graph the rule only prints that it was skipped.
  expect(output).not.toContain('No cached ProjectGraph');
  const findings = output.split(/^\s*[x×] /m).filter((finding) => finding.startsWith('nx(enforce-module-boundaries)'));
  const named = FORBIDDEN.filter((_, index) =>
    findings.some((text) => text.includes(`boundary-probe-${index}.ts:1:1`)),
  );
  expect(named).toEqual(FORBIDDEN);
  expect(code).toBe(1);
});

test('the projects depend on each other without a circle, and nothing depends on tools', async () => {
  const file = join(directory, 'graph.json');
  await runNx(directory, ['graph', `--file=${file}`]);
  const { graph } = JSON.parse(readFileSync(file, 'utf8')) as {
    graph: { dependencies: Record<string, { target: string }[]> };
  };
  const left = new Map(
    Object.entries(graph.dependencies).map(([name, all]) => [name, all.map(({ target }) => target)]),
  );
  expect(left.size).toBeGreaterThan(10);
  expect([...left.values()].flat()).not.toContain('@rolecall/tools');

  // Taking away what depends on nothing that is left must take everything away.
  for (let size = -1; size !== left.size;) {
    size = left.size;
    for (const [name, targets] of left) if (!targets.some((target) => left.has(target))) left.delete(name);
  }
  expect([...left.keys()]).toEqual([]);
});

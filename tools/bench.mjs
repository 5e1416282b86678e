// npm run bench [-- NAME…] [-- --write --peers]: every benchmark as a ratio against a floor or a peer measured in the same run.
// The figure to compare is CPU per operation of the measured process; wall rates move with the machine's other work.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from './postgres.mjs';

const ALL = [
  'decide',
  'saml-validation',
  'saml-login',
  'oidc-login',
  'session-check',
  'forward-auth',
  'application-token',
  'reconcile',
  'scale',
  'scim',
  'flood',
];
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = asked.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`unknown benchmark ${unknown.join(', ')}; there are ${ALL.join(', ')}`);
  process.exit(64);
}

console.error('Building (nx, cached) ...');
const built = spawnSync('nx', ['run-many', '-t', 'build', '--output-style=static'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (built.status !== 0) process.exit(1);

console.error('Starting PostgreSQL with its default durability ...');
const dir = mkdtempSync(join(tmpdir(), 'rolecall-bench-'));
const postgres = await startPostgres({ dir: join(dir, 'data'), durable: true });
process.env.TEST_PG_URL = postgres.url;
const sections = new Map();
let failed = false;
try {
  for (const name of asked.length > 0 ? asked : ALL) {
    console.error(`\n${name} ...`);
    const { run } = await import(`./bench/${name}.ts`);
    const section = await run();
    sections.set(name, section);
    console.log(`\n${section}`);
  }
} catch (error) {
  failed = true;
  console.error(error);
} finally {
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}
if (!failed && process.argv.includes('--write')) {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, embedded PostgreSQL with default durability`;
  const path = join(import.meta.dirname, '../docs/benchmarks.md');
  const known = writtenSections(readFileSync(path, 'utf8'));
  const day = new Date().toISOString().slice(0, 10);
  for (const [name, text] of sections) known.set(name, `<!-- ${name}, ${day} -->\n${text.trimEnd()}`);
  const text = ALL.flatMap((name) => known.get(name) ?? []).join('\n\n');
  writeFileSync(path, `${HEADER()}Machine: ${machine}.\n\n${text}\n`);
  console.error('\ndocs/benchmarks.md written');
}
process.exit(failed ? 1 : 0);

/** By name; what this run did not measure stays as it was. */
function writtenSections(page) {
  const starts = [...page.matchAll(/^<!-- ([a-z-]+), \d{4}-\d{2}-\d{2} -->$/gm)];
  return new Map(
    starts.map((start, index) => [
      start[1],
      page.slice(start.index, starts[index + 1]?.index ?? page.length).trimEnd(),
    ]),
  );
}

function HEADER() {
  return `<!-- written by: npm run bench -- --write -->
# Benchmarks

\`\`\`sh
npm run bench                      # all of them, about twenty minutes
npm run bench -- saml-login        # one: ${ALL.join(', ')}
npm run bench -- scim --million    # with a directory of a million users; --sizes=1000,20000 for others, --quick for a tenth of the requests
npm run bench -- scim --only=create,userName   # only operations with one of these words (with --peers: at full tables); --profile=DIR for the server's CPU profile
npm run bench -- scale             # with 10,000 organizations and a million users; --organizations=2000, --users=100000 for others
npm run bench -- --write --peers   # all, with the peers that npm can install, into this page; with a name, that part of it
\`\`\`

Read the ratios, not the rates: each row was measured in the same run as the floor above it, interleaved where it is short.
CPU is user + system time of the measured server process per operation; where a second core exists the server has the
first one to itself. Every login commits user, grants, session, flow record and audit events.

`;
}

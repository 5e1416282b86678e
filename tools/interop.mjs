// npm run test:interop [-- PRODUCT…]: whole logins at identity providers that others wrote, and sealed secrets exchanged with
// the age command, as far as they are installed.
// Prints what was skipped and which package is missing; its last line is "N passed, N failed, N skipped".
import { spawnSync } from 'node:child_process';

const { PRODUCTS } = await import('./interop/products.ts');
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const names = [...PRODUCTS.map(({ name }) => name), 'age'];
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`unknown product ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exit(64);
}

console.log('Building (nx, cached) ...');
const built = spawnSync('nx', ['run-many', '-t', 'build', '--output-style=static'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (built.status !== 0) process.exit(1);

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort(new Error('stopped')));
const { runInterop } = await import('./interop/run.ts');
const { runAge } = await import('./interop/age.ts');
const wanted = (name) => asked.length === 0 || asked.includes(name);
const say = (line) => console.log(line);
const counts = [wanted('age') ? runAge(say) : { passed: 0, failed: 0, skipped: 0 }];
const ofProducts = await runInterop(
  PRODUCTS.filter(({ name }) => wanted(name)),
  { say, signal: stopping.signal },
).catch((error) => {
  console.error(error);
  return { passed: 0, failed: 1, skipped: 0 };
});
counts.push(ofProducts);
const sum = (key) => counts.reduce((total, one) => total + one[key], 0);
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(sum);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);

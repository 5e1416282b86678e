import { enableCompileCache } from 'node:module';
import { interrupt } from './interrupts.ts';

enableCompileCache();

/** Giving a lease back takes no longer, unless the server is away. */
const LONGEST_GOODBYE_MS = 3_000;

// `rolecall plan | head` closes the pipe: that is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
});

async function interrupted(exitCode: number): Promise<void> {
  if (process.argv[2] === 'watch') {
    await interrupt(LONGEST_GOODBYE_MS);
    process.exit(0); // that is how it ends
  }
  const after =
    process.argv[2] === 'test-sso'
      ? 'the link that was printed stays good; "rolecall flows" shows how its sign-in ends'
      : 'an apply that was sent is done whole or not at all, see "rolecall plan"';
  process.stderr.write(`\nrolecall: interrupted; ${after}\n`);
  await interrupt(LONGEST_GOODBYE_MS);
  process.exit(exitCode);
}
// the second one ends it at once
process.once('SIGINT', () => void interrupted(130));
process.once('SIGTERM', () => void interrupted(143));

const [{ run }, { processIo }] = await Promise.all([import('./run.ts'), import('./io.ts')]);
process.exitCode = await run(process.argv.slice(2), processIo());

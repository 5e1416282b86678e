import { enableCompileCache } from 'node:module';

enableCompileCache();

// `rolecall plan | head` closes the pipe: that is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
});

process.once('SIGINT', () => {
  const after =
    process.argv[2] === 'test-sso'
      ? 'the link that was printed stays good; "rolecall flows" shows how its sign-in ends'
      : 'an apply that was sent is done whole or not at all, see "rolecall plan"';
  process.stderr.write(`\nrolecall: interrupted; ${after}\n`);
  process.exit(130);
});

const [{ run }, { processIo }] = await Promise.all([import('./run.ts'), import('./io.ts')]);
process.exitCode = await run(process.argv.slice(2), processIo());

// The inbox of the development system: node tools/inbox/main.ts --port 4030 --smtp 4031
// A mail server on loopback that takes everything, and pages that show it.
import { startTestSmtp } from '@rolecall/platform/testing';
import { parseArgs } from 'node:util';
import { inbox } from './server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '4030' }, smtp: { type: 'string', default: '4031' } },
});

const smtp = await startTestSmtp(Number(values.smtp));
const server = inbox(smtp.mails).listen(Number(values.port), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`inbox at http://localhost:${values.port}/, mail server at ${smtp.url}`);
});

function stop(): void {
  void smtp.close();
  server.close();
  server.closeAllConnections();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
process.once('disconnect', stop);
process.channel?.unref(); // the servers alone keep this process

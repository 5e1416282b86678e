// The inbox of the development system: node tools/inbox/main.ts --port 4030 --smtp 4031
// A mail server on loopback that takes everything, and pages that show it.
import { startTestSmtp } from '@rolecall/platform/testing';
import { parseArgs } from 'node:util';
import { serve } from '../serve.ts';
import { inbox } from './server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '4030' }, smtp: { type: 'string', default: '4031' } },
});

const smtp = await startTestSmtp(Number(values.smtp));
const what = `inbox at http://localhost:${values.port}/, mail server at ${smtp.url}`;
serve(inbox(smtp.mails), Number(values.port), what, () => void smtp.close());

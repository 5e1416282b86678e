import type { Metrics } from '@rolecall/platform';
import type { FastifyInstance } from 'fastify';
import { knownCall } from '../http/access.ts';
import { entryOf } from './entry.ts';
import type { RequestLog } from './request-log.ts';

/** After every answer to a token of a directory: its entry in the request log, and what it counts in the metrics. */
export function keepRequestLog(fastify: FastifyInstance, log: RequestLog, metrics: Metrics): void {
  const requests = metrics.counter('rolecall_scim_requests_total', 'Requests of directories, by what became of them', [
    'method',
    'outcome',
  ]);
  const quirks = metrics.counter(
    'rolecall_scim_quirks_total',
    'Requests that were understood beside the letter, by how',
    ['quirk'],
  );
  fastify.addHook('onResponse', async (request, reply) => {
    const call = knownCall(request.raw);
    if (!call) return;
    const entry = entryOf(call, request, reply);
    requests.inc({ method: entry.method, outcome: entry.outcome });
    for (const quirk of entry.quirks) quirks.inc({ quirk });
    log.add(entry);
  });
  // the last requests have been answered, and the database is still there
  fastify.addHook('onClose', () => log.flush());
}

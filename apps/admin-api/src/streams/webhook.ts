import { createHash, createHmac } from 'node:crypto';
import { wireEvent } from '@rolecall/audit';
import type { StreamedEvent } from '@rolecall/persistence';
import { SEND_TIMEOUT_MS, SinkError } from './sink.ts';
import type { Sink } from './sink.ts';

export interface WebhookTarget {
  readonly url: string;
  /** The first signs; with a second one each request has both signatures, so a receiver can go from one to the other. SECRET */
  readonly secrets: readonly Buffer[];
}

/**
 * Batches as signed webhooks (Standard Webhooks 1.0): `webhook-id`, `webhook-timestamp`, and `webhook-signature` over both and the
 * body. A batch that is sent again has the same id, so a receiver may drop it; one event is told from another by organizationId and seq.
 * The URL is the operator's own, so it may be inside; redirects are refused.
 */
export function webhookSink({ url, secrets }: WebhookTarget): Sink {
  return {
    name: 'webhook',
    async send(events, now) {
      const body = bodyOf(events, now);
      const id = idOf(events);
      const timestamp = String(Math.floor(now.getTime() / 1000));
      const signatures = secrets.map((secret) => signature(secret, `${id}.${timestamp}.${body}`));
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'rolecall',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatures.join(' '),
      };
      const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
      const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal }).catch(
        (error: unknown) => {
          throw new SinkError('the webhook can not be reached', { cause: error });
        },
      );
      await answer.body?.cancel();
      if (!answer.ok) throw new SinkError(`the webhook answered with status ${answer.status}`);
    },
  };
}

function bodyOf(events: readonly StreamedEvent[], now: Date): string {
  const data = events.map((event) => {
    const { organization, organizationId } = event;
    return { organization, organizationId, ...wireEvent(event) };
  });
  return JSON.stringify({ type: 'audit.events', timestamp: now.toISOString(), data: { events: data } });
}

function idOf(events: readonly StreamedEvent[]): string {
  const names = events.map(({ organizationId, seq }) => `${organizationId}/${seq}`).join();
  return `msg_${createHash('sha256').update(names).digest('hex').slice(0, 32)}`;
}

const signature = (secret: Buffer, signed: string) =>
  `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;

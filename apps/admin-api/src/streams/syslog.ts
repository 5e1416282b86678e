import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { syslogMessage, wireEvent } from '@rolecall/audit';
import { SEND_TIMEOUT_MS, SinkError } from './sink.ts';
import type { Sink } from './sink.ts';

export interface SyslogTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Beside the certificates that the system trusts; PEM. */
  readonly ca?: string;
}

/**
 * Batches as messages of RFC 5424, framed by their length (RFC 6587 §3.4.1, RFC 5425 §4.3), a connection each. Syslog has no answer: that
 * the receiver closes its side after ours, without an error, is the most that can be known.
 * @param host how this deployment is called in the messages
 */
export function syslogSink(target: SyslogTarget, host: string): Sink {
  return {
    name: 'syslog',
    send(events) {
      const frames = events.map((event) => {
        const { organization, organizationId } = event;
        const message = syslogMessage(wireEvent(event), { organization, organizationId }, host);
        return `${message.length} ${message}`; // ASCII alone, so this is its length in bytes
      });
      return deliver(opened(target), frames.join(''));
    },
  };
}

function opened({ host, port, tls, ca }: SyslogTarget): Socket {
  if (!tls) return connectTcp({ host, port });
  return connectTls({ host, port, servername: host, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) });
}

function deliver(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause?: Error) => {
      socket.destroy();
      reject(new SinkError('the syslog receiver does not take messages', { cause }));
    };
    socket.setTimeout(SEND_TIMEOUT_MS, () => refuse());
    socket.on('error', refuse);
    socket.on('end', () => undefined);
    socket.on('close', (failed) => (failed ? refuse() : resolve()));
    socket.resume();
    socket.end(text);
  });
}

import type { WireEvent } from '@rolecall/audit';
import { printable } from './printable.ts';
import { table } from './table.ts';

const HEADING = ['SEQ', 'TIME (UTC)', 'TYPE', 'ACTOR', 'CLIENT', 'SUBJECT', 'DATA'];

/** Events for a terminal. */
export function auditTable(events: readonly WireEvent[]): string {
  return table([HEADING, ...events.map(cells)]);
}

/** One, as it comes. */
export function auditLine(event: WireEvent): string {
  return `${cells(event).map(printable).join('  ')}\n`;
}

function cells(event: WireEvent): readonly string[] {
  const { seq, at, type, actor, subject, data } = event;
  const time = at.slice(0, 19).replace('T', ' ');
  return [String(seq), time, type, `${actor.kind}/${actor.id}`, clientOf(event), subject, dataText(data)];
}

/** `-` = no request did it. */
function clientOf({ origin, client }: Partial<Pick<WireEvent, 'origin' | 'client'>>): string {
  return client?.address ?? (origin ? 'erased' : '-');
}

const dataText = (data: WireEvent['data']) =>
  Object.entries(data)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');

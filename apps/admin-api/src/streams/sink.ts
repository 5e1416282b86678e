import type { StreamedEvent } from '@rolecall/persistence';

/** Somewhere else, where events are sent as they happen. */
export interface Sink {
  /** Its cursor is stored under this name. */
  readonly name: string;
  /** Resolves when it took all of them; rejects, and gets them again later. @throws SinkError */
  send(events: readonly StreamedEvent[], now: Date): Promise<void>;
}

/** A sink did not take a batch. The message names neither secrets nor events. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
}

/** How long a sink may take for one batch. */
export const SEND_TIMEOUT_MS = 15_000;

import type { ChainedEvent } from '@rolecall/audit';

/** An event with whose chain it is of. */
export interface StreamedEvent extends ChainedEvent {
  readonly organizationId: string;
  /** Its present name; nothing for the deployment, and for an organization that is gone. */
  readonly organization: string | null;
}

/**
 * What is sent to others as it happens, at least once: a sink is as far as the last batch that it took, in the database, so a process that
 * dies sends that batch again and loses none. One process at a time sends to a sink.
 */
export interface AuditStreams {
  /** The sinks that there are from now on. A new one gets what comes; what one had not had is forgotten with it. */
  configure(sinks: readonly string[], now: Date): Promise<void>;
  /** How often it failed in a row; undefined when another process has it, or it is to be left alone for now. */
  claim(sink: string, now: Date, until: Date): Promise<{ readonly tries: number } | undefined>;
  /** What it has not had, in order per chain, at most so many: a busy organization does not keep the others waiting. */
  unsent(sink: string, limit: number): Promise<readonly StreamedEvent[]>;
  /** That it took these, which `unsent` gave. */
  sent(sink: string, events: readonly StreamedEvent[]): Promise<void>;
  /** Gives it back; nobody sends to it before `dueAt`. */
  release(sink: string, state: { readonly tries: number; readonly dueAt: Date }): Promise<void>;
  /** How many organizations have something that a sink has not had, by sink. */
  backlog(): Promise<Readonly<Record<string, number>>>;
}

import type { PlanSummary } from '@rolecall/reconcile';
import type { Failure, Outcome } from './outcome.ts';
import type { WatchSettings } from './settings.ts';

/** Beyond this many intervals without an end of a look, the watcher hangs. */
const PATIENCE_MS = 20 * 60_000;

/** What the watcher did last, for people and for Prometheus. Holds no document, secret or credential. */
export class Status {
  readonly #settings: WatchSettings;
  readonly #startedAt: Date;
  #lookedAt: Date;
  #commit: string | undefined;
  #outcome: Outcome['is'] | undefined;
  #inSyncAt: Date | undefined;
  #pending = 0;
  #platformPending = false;
  #failures: readonly Failure[] = [];
  readonly #rounds = new Map<string, number>();
  readonly #failed = new Map<string, number>();
  #drifts = 0;

  constructor(settings: WatchSettings, now: Date) {
    this.#settings = settings;
    this.#startedAt = now;
    this.#lookedAt = now;
  }

  note(commit: string | undefined, outcomes: readonly Outcome[], now: Date): void {
    this.#commit = commit;
    this.#lookedAt = now;
    this.#failures = outcomes.filter((outcome) => outcome.is === 'failed');
    for (const { where } of this.#failures) this.#failed.set(where, (this.#failed.get(where) ?? 0) + 1);
    const last = outcomes.at(-1);
    if (last === undefined) return;
    this.#outcome = last.is;
    this.#rounds.set(last.is, (this.#rounds.get(last.is) ?? 0) + 1);
    if (last.is === 'failed') return;
    if (last.is !== 'in_sync' && last.drift) this.#drifts += 1;
    this.#pending = last.is === 'pending' ? changedBy(last.summary) : 0;
    this.#platformPending = last.is === 'pending' && last.platform === true;
    // with git away nobody knows what it says by now
    if (last.is !== 'pending' && this.#failures.length === 0) this.#inSyncAt = now;
  }

  /** Whether looks still end. */
  isAlive(now: Date): boolean {
    return now.getTime() - this.#lookedAt.getTime() < PATIENCE_MS + 2 * this.#settings.intervalMs;
  }

  toJSON() {
    const { repository, ref, mode, paths } = this.#settings;
    return {
      repository: repository.url,
      ref,
      paths,
      mode,
      startedAt: this.#startedAt,
      commit: this.#commit ?? null,
      outcome: this.#outcome ?? null,
      lookedAt: this.#lookedAt,
      inSyncAt: this.#inSyncAt ?? null,
      pendingOrganizations: this.#pending,
      pendingPlatform: this.#platformPending,
      failures: this.#failures.map(({ where, code, message, diagnostics }) => ({ where, code, message, diagnostics })),
    };
  }

  /** Prometheus' exposition format, version 0.0.4. */
  metrics(): string {
    const { mode } = this.#settings;
    return [
      ...family('rolecall_watch_info', 'gauge', 'What is watched', [[{ mode, commit: this.#commit ?? '' }, 1]]),
      ...family('rolecall_watch_rounds_total', 'counter', 'Looks, by what they came to', by('outcome', this.#rounds)),
      ...family('rolecall_watch_failures_total', 'counter', 'Failures, by where', by('where', this.#failed)),
      ...family('rolecall_watch_drift_total', 'counter', 'Changes that git did not say', [[{}, this.#drifts]]),
      ...family('rolecall_watch_pending_organizations', 'gauge', 'That an apply would change', [[{}, this.#pending]]),
      ...family('rolecall_watch_pending_platform', 'gauge', '1 = an apply would change the platform document', [
        [{}, this.#platformPending ? 1 : 0],
      ]),
      ...family('rolecall_watch_in_sync_timestamp_seconds', 'gauge', 'When the server last was as git says', [
        [{}, (this.#inSyncAt?.getTime() ?? 0) / 1_000],
      ]),
    ].join('');
  }
}

/** A plan names some of them, and counts all. */
function changedBy({ create, update, rename, delete: deleted, release, adopt }: PlanSummary): number {
  return create + update + rename + deleted + release + adopt;
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

const by = (label: string, counts: ReadonlyMap<string, number>): Sample[] =>
  [...counts].map(([value, count]) => [{ [label]: value }, count]);

function family(name: string, type: string, help: string, samples: readonly Sample[]): string[] {
  const lines = samples.map(([labels, value]) => {
    const inside = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    return `${name}${inside.length > 0 ? `{${inside.join(',')}}` : ''} ${value}\n`;
  });
  return [`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`, ...lines];
}

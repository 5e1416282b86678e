import type { Failure, Outcome, Where } from './outcome.ts';
import type { Round } from './round.ts';

type Write = (line: string) => void;

/**
 * Tells what happened, one JSON object per line with `time` and `event`: `started`, `commit`, `pending`, `applied`, `drift`,
 * `in_sync`, `failed`, `recovered`, `stopped`. What is as it was is not said again; something that is away is, each time.
 */
export class Events {
  readonly #write: Write;
  #commit: string | undefined;
  #said: string | undefined;
  /** What was last said of each failure that still is one. */
  #failing = new Map<Where, string>();

  constructor(write: Write) {
    this.#write = write;
  }

  tell(event: string, about: object): void {
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), event, ...about })}\n`);
  }

  /** @param retryInMs until the next look; undefined when there is none */
  round({ commit, rewritten, outcomes }: Round, retryInMs: number | undefined): void {
    if (commit !== undefined && commit !== this.#commit)
      this.tell('commit', { commit, ...(rewritten && { rewritten }) });
    this.#commit = commit;
    const failures = outcomes.filter((outcome) => outcome.is === 'failed');
    this.#failed(failures, commit, retryInMs);
    for (const outcome of outcomes) if (outcome.is !== 'failed') this.#found(outcome, commit);
  }

  #failed(failures: readonly Failure[], commit: string | undefined, retryInMs: number | undefined): void {
    const before = this.#failing;
    this.#failing = new Map();
    for (const { is: _, exitCode: __, ...about } of failures) {
      const said = JSON.stringify({ ...about, commit });
      const isAway = about.where === 'git' || about.where === 'server';
      const retryInSeconds = retryInMs === undefined ? undefined : Math.round(retryInMs / 1_000);
      if (isAway || before.get(about.where) !== said) this.tell('failed', { ...about, commit, retryInSeconds });
      this.#failing.set(about.where, said);
    }
    for (const where of before.keys()) if (!this.#failing.has(where)) this.tell('recovered', { where });
  }

  #found(outcome: Exclude<Outcome, Failure>, commit: string | undefined): void {
    const { is, ...about } = outcome;
    const isDrift = 'drift' in about && about.drift;
    const said = `${commit} ${is} ${'fingerprint' in about ? about.fingerprint : ''}`;
    if (said === this.#said && is !== 'applied') return;
    if (isDrift) this.tell('drift', { commit, ...about });
    if (!(isDrift && is === 'pending')) this.tell(is, { commit, ...about });
    this.#said = said;
  }
}

import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { NOTHING_LOADED } from '../files/load.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { limitsOf } from '../limits.ts';
import { lock } from '../locking.ts';
import type { ApplyOptions } from '../options.ts';
import { originOf } from '../origin.ts';
import { answered, openChanged } from '../planning.ts';
import type { Client, OrganizationRecord, PlanRequest, SentOrganization } from '../server/client.ts';
import { applyPlan } from './apply.ts';

type Part = Pick<PlanRequest, 'partial' | 'adopt' | 'conflicts'> & {
  readonly organizations?: readonly SentOrganization[];
};

/**
 * Plans and applies what is said of a few organizations of a collection, as an apply of files is: under its lease, shown before, and approved.
 * The documents come from the server: no value of a secret is read here for what they name.
 */
export async function applyPart(
  client: Client,
  collection: string,
  { organizations = [], partial = {}, ...part }: Part,
  options: ApplyOptions,
  io: Io,
): Promise<ExitCode> {
  const limits = limitsOf(options, readSettings(io.cwd));
  const request: PlanRequest = {
    collection,
    organizations,
    unchangedFiles: [],
    files: [],
    prune: false,
    partial,
    ...part,
    ...(options.allowReplace ? { allowReplace: true } : {}),
    ...(limits === undefined ? {} : { limits }),
    origin: originOf(io.env),
  };
  const hold = await lock(client, collection, options.lockTimeout, io);
  try {
    const plan = await answered(client.plan(request));
    const opened = await openChanged(plan, request, io);
    const [problem] = opened.problems;
    if (problem) throw new CommandError(EXIT.invalid, problem.code, problem.message);
    const planned = { plan, request, client, loaded: NOTHING_LOADED, opened };
    return await applyPlan(planned, hold, false, options, io);
  } finally {
    await hold.release();
  }
}

/** @throws CommandError when an organization is not there, or another collection owns it */
export async function organizationsOf(
  client: Client,
  names: readonly string[],
): Promise<readonly OrganizationRecord[]> {
  const records: OrganizationRecord[] = [];
  for (const name of new Set(names)) records.push(await answered(client.organization(name)));
  return records;
}

import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plan } from '@rolecall/reconcile';
import { CommandError, EXIT } from './exit.ts';
import type { PlanRequest } from './server/client.ts';

const KIND = 'rolecall-plan';
const FORMAT_VERSION = '1.1';
/** A later minor version only adds to what is read here. */
const READABLE = /^1\.\d+$/;

/** What `plan --out` writes: the plan with the request that it answers, so that `apply FILE` needs no other file. */
export interface SavedPlan {
  readonly kind: typeof KIND;
  readonly formatVersion: string;
  readonly request: PlanRequest;
  readonly plan: Plan;
}

export function savePlan(file: string, cwd: string, request: PlanRequest, plan: Plan): void {
  const saved: SavedPlan = { kind: KIND, formatVersion: FORMAT_VERSION, request, plan };
  writeFileSync(resolve(cwd, file), `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
}

/** Reads a saved plan. The server trusts nothing of it: it plans the request again. */
export function readPlan(file: string, cwd: string): SavedPlan {
  const fail = (why: string): never => {
    throw new CommandError(EXIT.invalid, 'not_a_plan', `${file} ${why}; write one with "rolecall plan --out ${file}"`);
  };
  let saved: Partial<SavedPlan>;
  try {
    saved = JSON.parse(readFileSync(resolve(cwd, file), 'utf8')) as Partial<SavedPlan>;
  } catch {
    return fail('is not there, or is no JSON');
  }
  const { kind, formatVersion, request, plan } = saved;
  if (kind !== KIND || request === undefined || !Array.isArray(plan?.changes)) return fail('is no saved plan');
  if (formatVersion === undefined || !READABLE.test(formatVersion))
    return fail(`has the format ${formatVersion}, this command reads ${FORMAT_VERSION}`);
  return { kind, formatVersion, request, plan };
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fromWire, keptSince, verifyChain } from '@rolecall/audit';
import type { ChainedEvent, ChainHead, ChainVerdict, Clients } from '@rolecall/audit';
import { verifiedHead } from '../audit/signed-head.ts';
import type { SignedHead } from '../audit/signed-head.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import type { AuditClient, PublicKey } from '../server/audit.ts';
import { auditOf } from './audit.ts';

export interface VerifyOptions extends OutputOptions {
  /** A file with a head that was noted earlier. */
  readonly head?: string;
  /** A file with the public keys, as of then. */
  readonly keys?: string;
  /** How many days the deployment keeps client addresses, as its ROLECALL_AUDIT_ADDRESS_DAYS says. */
  readonly addressDays?: string;
}

/** What the server does unless it is told otherwise. */
const ADDRESS_DAYS = 90;

/**
 * `rolecall audit verify [ORG]`: computes the whole chain anew, here; nothing that the server says of it is believed. Against the end that the
 * server signs now, and against one that was noted earlier, which alone shows that the log was not rewritten as a whole.
 */
export async function verifyAudit(organization: string | undefined, options: VerifyOptions, io: Io): Promise<ExitCode> {
  const days = daysOf(options.addressDays);
  const log = auditOf(organization, options, io);
  const { jws } = await log.head();
  // after the head: the first one that a deployment signs makes the key
  const keys = options.keys === undefined ? await log.keys() : keysIn(textOf(options.keys, io), options.keys);
  const now = verifiedHead(jws, keys, 'the head that the server gives');
  const noted = options.head === undefined ? undefined : notedHead(textOf(options.head, io), keys, now);
  const verdict = await verdictOf(log, now, { noted, clientsSince: keptSince(io.now, days ?? ADDRESS_DAYS) });
  const shown = { organization: organization ?? null, ...verdict, noted: noted?.seq ?? null };
  if (options.format === 'json') printJson(io, shown);
  else if (verdict.ok) io.out(wholeText(verdict));
  else io.err(`${verdict.message} (${verdict.code})\n`);
  if (verdict.ok && noted === undefined)
    io.err('Not compared with an earlier head: keep one by "rolecall audit head", and give it with --head.\n');
  const early = verdict.ok ? verdict.clients.early : undefined;
  if (early !== undefined) io.err(earlyText(early, days));
  return verdict.ok && (early === undefined || days === undefined) ? EXIT.done : EXIT.guarded;
}

function earlyText({ count, firstSeq }: NonNullable<Clients['early']>, days: number | undefined): string {
  const what = `Erased although they are kept for ${days ?? ADDRESS_DAYS} days: the addresses of ${count} events, the first of event ${firstSeq}.`;
  if (days !== undefined) return `${what} (erased_early)\n`;
  return `${what} Ask who did it; --address-days says how long this deployment keeps them, and makes it a failure.\n`;
}

/** @throws CommandError */
function daysOf(days: string | undefined): number | undefined {
  if (days === undefined || /^\d{1,4}$/.test(days)) return days === undefined ? undefined : Number(days);
  throw new CommandError(
    EXIT.usage,
    'invalid_days',
    '--address-days is a number of days, as ROLECALL_AUDIT_ADDRESS_DAYS',
  );
}

function wholeText({
  count,
  head,
  clients: { proved, erased, onRequest },
}: Extract<ChainVerdict, { ok: true }>): string {
  const early = onRequest === undefined ? '' : `, ${onRequest} of them on request before their time`;
  const addresses = `Client addresses: ${proved} as recorded, ${erased} erased${early}.\n`;
  return `${count} events, whole and in order; the last hash is ${head.hash}.\n${proved + erased > 0 ? addresses : ''}`;
}

/** The noted head and the one of now must both be links of the chain. */
async function verdictOf(
  log: AuditClient,
  now: ChainHead,
  { noted, clientsSince }: { readonly noted: ChainHead | undefined; readonly clientsSince: Date },
) {
  let atHead: string | undefined;
  async function* events(): AsyncGenerator<ChainedEvent> {
    for await (const event of log.every({})) {
      if (event.seq === now.seq) atHead = event.hash;
      yield fromWire(event);
    }
  }
  const verdict = await verifyChain(events(), noted, clientsSince);
  if (!verdict.ok || now.seq === 0 || atHead === now.hash) return verdict;
  const code = atHead === undefined ? 'truncated' : 'other_head';
  const why = code === 'truncated' ? 'The log ends before' : 'The log is not the one of';
  const seq = Math.min(verdict.head.seq + 1, now.seq);
  return { ok: false as const, seq, code, message: `${why} the head that the server signs: event ${now.seq}.` };
}

/** @throws CommandError when it is of another log */
function notedHead(text: string, keys: readonly PublicKey[], now: SignedHead): ChainHead {
  const noted = verifiedHead(text.trim(), keys, 'the noted head');
  if (noted.organizationId === now.organizationId) return noted;
  throw new CommandError(EXIT.usage, 'other_log', 'the noted head is of the log of another organization');
}

function textOf(path: string, io: Io): string {
  try {
    return readFileSync(resolve(io.cwd, path), 'utf8');
  } catch {
    throw new CommandError(EXIT.usage, 'no_such_file', `${path} can not be read`);
  }
}

function keysIn(text: string, path: string): readonly PublicKey[] {
  try {
    const { keys } = JSON.parse(text) as { readonly keys?: unknown };
    if (Array.isArray(keys)) return keys as PublicKey[];
  } catch {
    // said below
  }
  throw new CommandError(EXIT.usage, 'invalid_keys', `${path} has no key set; keep what /.well-known/jwks.json gives`);
}

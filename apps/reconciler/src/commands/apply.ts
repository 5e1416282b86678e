import { changesNothing, domainsToProve, renderPlan, tokensToIssue } from '@rolecall/reconcile';
import type { Plan } from '@rolecall/reconcile';
import { sendApply } from '../applying.ts';
import { applyEach, recordFiles } from '../applying-each.ts';
import type { OrganizationOutcome } from '../applying-each.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { Secrets } from '../files/secrets.ts';
import { NOTHING_LOADED } from '../files/load.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { ApplyOptions } from '../options.ts';
import { lock } from '../locking.ts';
import type { Hold } from '../locking.ts';
import { answered, makePlan, openChanged } from '../planning.ts';
import type { BeforePlan, Planned } from '../planning.ts';
import { recordsToPublish } from '../output/domains.ts';
import { outcomesText } from '../output/outcomes.ts';
import { Progress } from '../output/progress.ts';
import { readPlan } from '../saved-plan.ts';
import type { Opened } from '../secrets/open-sealed.ts';
import { Client } from '../server/client.ts';
import type { Applied, ApplyRequest, SentOrganization } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { DomainsClient } from '../server/domains.ts';

/** `rolecall apply`: does exactly one plan, shown before and approved by a person, a flag or a fingerprint. */
export async function apply(targets: readonly string[], options: ApplyOptions, io: Io): Promise<ExitCode> {
  const [file] = targets;
  const saved = file !== undefined && targets.length === 1 && file.endsWith('.json');
  const each = options.atomic === 'org';
  if (saved && each) throw wholeOnly('saved_plan_is_whole', 'a saved plan is applied once, and as a whole');
  let hold: Hold | undefined;
  const takeLease = async (client: Client, collection: string) => {
    hold = await lock(client, collection, options.lockTimeout, io);
  };
  try {
    const planned = saved
      ? await readSaved(file, options, io, takeLease)
      : await makePlan(targets, options, io, takeLease);
    return await applyPlan(planned, hold, saved, options, io);
  } finally {
    await hold?.release();
  }
}

/** Shows a plan, has it approved, and does it. */
export async function applyPlan(
  { plan, request, client, loaded, secrets, opened }: Planned,
  hold: Hold | undefined,
  saved: boolean,
  options: ApplyOptions,
  io: Io,
): Promise<ExitCode> {
  if (options.format === 'human') io.out(renderPlan(plan, { paint: outPaint(io, options) }));
  if (options.expect !== undefined && options.expect !== plan.fingerprint) {
    throw stale(`the plan is now ${plan.fingerprint}, expected was ${options.expect}`);
  }
  const each = options.atomic === 'org' && !changesNothing(plan);
  if (each && plan.platform) throw wholeOnly('platform_is_whole', 'the plan changes the platform document as well');
  if (!changesNothing(plan)) await approve(options, io, saved);
  if (request === undefined) return done({ plan, applied: [] }, options, io);
  const progress = new Progress(io);
  try {
    const organizations = request.organizations.map((one) => withValues(one, secrets, opened));
    const { fingerprint, saved: { id: planId } = {} } = plan;
    const body = { ...request, organizations, fingerprint, ...hold?.shown, planId };
    if (each) return await oneByOne(plan, body, client, options, io);
    progress.show('Applying ...');
    const { applied } = await answered(sendApply(client, body, io), loaded);
    progress.clear();
    const ended = done({ plan, applied }, options, io);
    if (options.format === 'human') await showNext(plan.changes, client, io);
    return ended;
  } finally {
    progress.clear();
  }
}

/** The changes one after the other, and what came of each. */
async function oneByOne(
  plan: Plan,
  request: ApplyRequest,
  client: Client,
  options: ApplyOptions,
  io: Io,
): Promise<ExitCode> {
  const organizations = await applyEach(plan, request, client, io);
  const done = new Set(organizations.filter(isApplied).map(({ organization }) => organization));
  const all = done.size === organizations.length;
  if (all) await recordFiles(request, client, io);
  if (options.format === 'json') printJson(io, { plan, organizations });
  else {
    io.out(outcomesText(organizations));
    const changes = plan.changes.filter(({ organization }) => done.has(organization));
    await showNext(changes, client, io);
  }
  return all ? EXIT.done : EXIT.partlyApplied;
}

const isApplied = ({ outcome }: OrganizationOutcome) => outcome === 'applied';

/** @throws CommandError */
function wholeOnly(code: string, why: string): CommandError {
  return new CommandError(EXIT.usage, code, `${why}: do that with --atomic plan`);
}

/** The values go into this one request. */
function withValues(
  { secrets: _fingerprints, ...sent }: SentOrganization,
  secrets: Secrets | undefined,
  opened: Opened,
): ApplyRequest['organizations'][number] {
  const { document, file } = sent;
  const read = file === undefined ? undefined : secrets?.values(document, file);
  const found = { ...read, ...opened.values.get(document.metadata.name) };
  const values = Object.entries(found);
  if (values.length === 0) return sent;
  return { ...sent, secrets: Object.fromEntries(values.map(([pointer, value]) => [pointer, { value }])) };
}

/** A saved plan is applied once, and only while everything is as it was when it was made. */
async function readSaved(file: string, options: ApplyOptions, io: Io, beforePlan: BeforePlan): Promise<Planned> {
  const { request, plan } = readPlan(file, io.cwd);
  const settings = readSettings(io.cwd);
  const client = new Client(connectionOf(options, io, settings));
  await beforePlan(client, request.collection);
  // one that the server knows is compared there, in the transaction of the apply
  if (plan.saved === undefined) requireAsPlanned(file, plan, await answered(client.plan(request)));
  const secrets = new Secrets({ root: settings?.directory ?? io.cwd, env: io.env });
  const opened = await openChanged(plan, request, io);
  const [problem] = opened.problems;
  if (problem) {
    const { code, organization, pointer, message, suggestion } = problem;
    throw new CommandError(EXIT.invalid, code, `${organization} ${pointer}: ${message}; ${suggestion}`);
  }
  return { plan, request, client, loaded: NOTHING_LOADED, secrets, opened };
}

/** @throws CommandError `stale_plan` */
function requireAsPlanned(file: string, plan: Plan, now: Plan): void {
  if (now.fingerprint !== plan.fingerprint) throw stale(`${file} is not what would be done now`);
  if (now.platform?.baseRevision !== plan.platform?.baseRevision) {
    throw stale(`the platform document was changed since ${file} was made`);
  }
  const moved = now.changes.find((change) => change.baseRevision !== baseOf(plan, change.organization));
  if (moved !== undefined) throw stale(`"${moved.organization}" was changed since ${file} was made`);
}

function baseOf(plan: Plan, organization: string): number | undefined {
  return plan.changes.find((change) => change.organization === organization)?.baseRevision;
}

function stale(why: string): CommandError {
  return new CommandError(EXIT.stale, 'stale_plan', `${why}; make and review a new plan`);
}

async function approve(options: ApplyOptions, io: Io, saved: boolean): Promise<void> {
  // a saved plan was looked at, and --expect names the plan that was
  if (options.autoApprove || options.expect !== undefined || saved) return;
  if (io.ask === undefined) {
    const message =
      'nobody is here to approve the plan: give --auto-approve, or --expect with the reviewed fingerprint';
    throw new CommandError(EXIT.usage, 'approval_needed', message);
  }
  const answer = await io.ask('Apply this plan? (y/N) ');
  if (!/^y(es)?$/i.test(answer.trim())) {
    throw new CommandError(EXIT.failed, 'not_approved', 'not approved; nothing was changed');
  }
}

const MAX_SHOWN = 10;

/** What there is to do now that this is applied. */
async function showNext(changes: Plan['changes'], client: Client, io: Io): Promise<void> {
  await showRecords(changes, client, io);
  io.out(tokensText(changes));
}

/** What the organizations' people have to publish now. The apply is done: not being able to show it changes nothing of that. */
async function showRecords(changes: Plan['changes'], client: Client, io: Io): Promise<void> {
  const names = changes.filter((change) => domainsToProve(change).length > 0).map((change) => change.organization);
  for (const name of names.slice(0, MAX_SHOWN)) {
    const records = await new DomainsClient(client, name).list().then(
      ({ domains }) => recordsToPublish(domains),
      () => `\n"rolecall domains ${name}" shows the DNS records to publish.\n`,
    );
    io.out(names.length === 1 || records === '' ? records : `\n${name}:${records}`);
  }
  if (names.length > MAX_SHOWN) io.out(`\n"rolecall domains ORG" shows those of ${names.length - MAX_SHOWN} more.\n`);
}

/** The commands that make the tokens which the plan declared; an apply makes none. */
function tokensText(changes: Plan['changes']): string {
  const commands = changes.flatMap((change) =>
    tokensToIssue(change).map((name) => `  rolecall scim token issue ${change.organization} ${name}\n`),
  );
  if (commands.length === 0) return '';
  const more =
    commands.length > MAX_SHOWN ? `  and ${commands.length - MAX_SHOWN} more: rolecall scim status ORG\n` : '';
  return `\nTo let identity providers in, each token is shown once:\n${commands.slice(0, MAX_SHOWN).join('')}${more}`;
}

function done(result: Required<Applied>, options: ApplyOptions, io: Io): ExitCode {
  if (options.format === 'json') printJson(io, result);
  else if (!changesNothing(result.plan)) {
    const { platform } = result.plan;
    const revisions = [
      ...(platform ? [`the platform document (revision ${platform.baseRevision + 1})`] : []),
      ...result.applied.map(({ organization, revision }) => `${organization} (revision ${revision})`),
    ];
    const names = revisions.length > 10 ? [...revisions.slice(0, 10), `${revisions.length - 10} more`] : revisions;
    io.out(`Applied${names.length > 0 ? `: ${names.join(', ')}` : ''}.\n`);
  }
  return EXIT.done;
}

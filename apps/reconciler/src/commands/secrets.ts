import { isUtf8 } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderDiagnostics } from '@rolecall/org-config';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { discover } from '../files/discover.ts';
import { Inventory } from '../files/inventory.ts';
import { hasErrors, load } from '../files/load.ts';
import { readSettings } from '../files/settings.ts';
import { InvalidConfiguration } from '../invalid-configuration.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { locate } from '../output/positions.ts';
import { openSealed, sealedOf } from '../secrets/open-sealed.ts';
import { seal, SealedValueError } from '../secrets/sealed-value.ts';
import type { SealedPlace } from '../secrets/sealed-value.ts';

export interface EncryptOptions extends OutputOptions {
  readonly recipient?: readonly string[];
}
export type CheckOptions = OutputOptions;
export interface KeygenOptions extends OutputOptions {
  readonly out?: string;
}

const MAX_RECIPIENTS = 50;
const RECIPIENT = /^age1[0-9a-z]{10,4096}$/;

/** `rolecall secrets encrypt ORG PATH`: seals what stands on standard input for that place, and nothing else. */
export async function encryptSecret(
  organization: string,
  path: string,
  options: EncryptOptions,
  io: Io,
): Promise<ExitCode> {
  const place = { organization: organizationOf(organization), path: pointerOf(path) };
  const recipients = recipientsOf(options.recipient ?? readSettings(io.cwd)?.age?.recipients ?? []);
  const age = await sealed(await secretOn(io), place, recipients);
  if (options.format === 'json') printJson(io, { ...place, recipients, age });
  else io.out(`clientSecret:\n  age: |\n${age.replaceAll(/^(?=.)/gm, '    ')}`);
  return EXIT.done;
}

/** `rolecall secrets check`: whether every sealed value of the files opens, and stands where it was sealed for. */
export async function checkSecrets(paths: readonly string[], options: CheckOptions, io: Io): Promise<ExitCode> {
  const inventory = new Inventory(discover(paths, io.cwd, readSettings(io.cwd)));
  const loaded = await load(inventory, inventory.files, io.now);
  if (hasErrors(loaded)) throw new InvalidConfiguration(loaded.diagnostics, loaded.sources);
  const all = sealedOf(loaded.documents.map(({ document }) => document));
  const { problems, closed } = await openSealed(all, io);
  if (closed > 0) {
    const message = 'no key is at hand; set ROLECALL_AGE_IDENTITY or ROLECALL_AGE_IDENTITY_FILE';
    throw new CommandError(EXIT.usage, 'no_identity', message);
  }
  const diagnostics = locate(problems, loaded);
  if (options.format === 'json')
    printJson(io, { sealed: all.length, opened: all.length - problems.length, diagnostics });
  else {
    if (diagnostics.length > 0) io.out(renderDiagnostics(diagnostics, loaded.sources, outPaint(io, options)));
    io.out(`${all.length - problems.length} of ${all.length} sealed secrets open\n`);
  }
  return problems.length === 0 ? EXIT.done : EXIT.invalid;
}

/** `rolecall secrets keygen`: an X25519 key pair in the format of age-keygen. */
export async function makeKey(options: KeygenOptions, io: Io): Promise<ExitCode> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const text = `# created: ${io.now.toISOString()}\n# public key: ${recipient}\n${identity}\n`;
  if (options.out === undefined) {
    if (options.format === 'json') printJson(io, { recipient, identity });
    else io.out(text);
    return EXIT.done;
  }
  writeNew(resolve(io.cwd, options.out), text, options.out);
  if (options.format === 'json') printJson(io, { recipient, file: options.out });
  else io.out(`${recipient}\n`);
  io.err(`The key is in ${options.out}: keep it out of git. The line above goes to age.recipients of rolecall.yaml.\n`);
  return EXIT.done;
}

function writeNew(file: string, text: string, shown: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new CommandError(EXIT.failed, 'not_written', `cannot write ${shown} (${why}); a key is never written over`);
  }
}

async function sealed(value: string, place: SealedPlace, recipients: readonly string[]): Promise<string> {
  try {
    return await seal(value, place, recipients);
  } catch (error) {
    if (error instanceof SealedValueError) throw new CommandError(EXIT.usage, error.code, error.message);
    const message = 'a recipient is not valid; write age1… as age-keygen or "rolecall secrets keygen" prints it';
    throw new CommandError(EXIT.usage, 'invalid_recipient', message);
  }
}

/** SECRET. One line end is left out: `echo` and editors add it. */
async function secretOn(io: Io): Promise<string> {
  const bytes = await io.input?.();
  if (bytes === undefined) {
    const message = 'give the secret on standard input: rolecall secrets encrypt … < secret.txt';
    throw new CommandError(EXIT.usage, 'no_input', message);
  }
  if (isUtf8(bytes))
    return Buffer.from(bytes)
      .toString()
      .replace(/\r?\n$/, '');
  throw new CommandError(EXIT.usage, 'not_utf8', 'the secret is no UTF-8 text');
}

function organizationOf(name: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new CommandError(EXIT.usage, 'unknown_organization', `"${name}" is no name of an organization`);
}

/** As a plan prints it, with or without `spec.`, or as a JSON pointer. */
function pointerOf(path: string): string {
  const [, map, name] =
    /^(?:spec\.)?(identityProviders|applications)\.([a-z0-9-]{1,63})\.clientSecret$/.exec(path) ??
    /^\/spec\/(identityProviders|applications)\/([a-z0-9-]{1,63})\/clientSecret$/.exec(path) ??
    [];
  if (map !== undefined) return `/spec/${map}/${name}/clientSecret`;
  const message = `"${path}" is no place of a secret; write identityProviders.NAME.clientSecret or applications.NAME.clientSecret`;
  throw new CommandError(EXIT.usage, 'unknown_path', message);
}

function recipientsOf(given: readonly string[]): readonly string[] {
  if (given.length === 0) {
    const message =
      'nobody could open it: name recipients under `age: { recipients: [age1…] }` of rolecall.yaml, or --recipient';
    throw new CommandError(EXIT.usage, 'no_recipients', message);
  }
  const wrong = given.find((recipient) => !RECIPIENT.test(recipient));
  if (wrong === undefined && given.length <= MAX_RECIPIENTS) return given;
  const message =
    wrong === undefined ? `there may be ${MAX_RECIPIENTS} recipients` : 'a recipient is not valid; it begins with age1';
  throw new CommandError(EXIT.usage, 'invalid_recipient', message);
}

import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { heldText, identityProviderTable } from '../output/identity-providers.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { IdentityProvidersClient } from '../server/identity-providers.ts';

/** `rolecall idps ORG`: identity providers with their certificates, the last refresh, and what waits to be accepted. */
export async function listIdentityProviders(organization: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const list = await clientOf(organization, options, io).list();
  if (options.format === 'json') printJson(io, list);
  else if (list.identityProviders.length === 0) io.out('The organization has no identity providers.\n');
  else {
    io.out(identityProviderTable(list.identityProviders));
    for (const provider of list.identityProviders) io.out(heldText(organization, provider, outPaint(io, options)));
  }
  return EXIT.done;
}

/** `rolecall idps refresh ORG IDP`: fails when what the URL serves was not taken. */
export async function refreshMetadata(
  organization: string,
  identityProvider: string,
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const refreshed = await clientOf(organization, options, io).refreshMetadata(identityProvider);
  const { outcome, error } = refreshed;
  if (options.format === 'json') printJson(io, refreshed);
  else if (error === null) io.out(`${OUTCOMES[outcome]}\n`);
  else io.err(`${error.code}: ${error.message}\n${OUTCOMES[outcome]}\n`);
  return error === null ? EXIT.done : EXIT.failed;
}

const OUTCOMES = {
  unchanged: 'The metadata is what it was.',
  use: 'New metadata is in use.',
  hold: 'New metadata waits to be accepted, see "rolecall idps"; the known keys stay in use.',
  failed: 'The metadata that is known stays in use.',
  overtaken: 'An apply or another refresh came between; look at it again.',
} as const;

/** `rolecall idps accept ORG IDP DIGEST`. */
export async function acceptMetadata(
  [organization, identityProvider, digest]: readonly [string, string, string],
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    const message = `"${digest}" is no digest of metadata; "rolecall idps ${organization}" shows the one that waits`;
    throw new CommandError(EXIT.usage, 'invalid_digest', message);
  }
  const accepted = await clientOf(organization, options, io).acceptMetadata(identityProvider, digest);
  if (options.format === 'json') printJson(io, accepted);
  else io.out(`The new metadata of ${identityProvider} is in use.\n`);
  return EXIT.done;
}

function clientOf(organization: string, options: OutputOptions, io: Io): IdentityProvidersClient {
  return new IdentityProvidersClient(new Client(connectionOf(options, io, readSettings(io.cwd))), organization);
}

import { migrate as migrateDatabase } from '@rolecall/persistence';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';

/** `rolecall db migrate`: brings the database to the newest schema, as the role that owns its tables. */
export async function migrate(options: OutputOptions, io: Io): Promise<ExitCode> {
  const ownerUrl = ownerUrlOf(io);
  const runtimePassword = runtimePasswordOf(io);
  const { applied, addressDays } = await migrateDatabase({ ownerUrl, runtimePassword, ...addressDaysOf(io) });
  if (options.format === 'json') printJson(io, { applied, ...(addressDays && { addressDays }) });
  else {
    io.out(applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`);
    if (addressDays) io.out(`Addresses of clients are kept ${addressDays.now} days (before: ${addressDays.before}).\n`);
  }
  return EXIT.done;
}

/** As the services have it: they erase none that is younger than the database was told. Not said = as it was told before. @throws CommandError `invalid_address_days` */
function addressDaysOf({ env }: Io): { readonly addressDays?: number } {
  const text = env['ROLECALL_AUDIT_ADDRESS_DAYS'];
  if (!text) return {};
  const addressDays = /^\d{1,4}$/.test(text) ? Number(text) : -1;
  if (addressDays >= 0 && addressDays <= 3650) return { addressDays };
  const message = 'ROLECALL_AUDIT_ADDRESS_DAYS is a number of days, from 0 to 3650, as the services have it';
  throw new CommandError(EXIT.usage, 'invalid_address_days', message);
}

/** @throws CommandError `no_owner_url` */
export function ownerUrlOf(io: Io): string {
  const ownerUrl = io.env['DATABASE_OWNER_URL'];
  if (ownerUrl) return ownerUrl;
  const message = 'set DATABASE_OWNER_URL to the role that owns the tables (not the one that the services use)';
  throw new CommandError(EXIT.usage, 'no_owner_url', message);
}

/** DATABASE_RUNTIME_PASSWORD, else the password inside DATABASE_URL, which is how the services will connect. */
function runtimePasswordOf(io: Io): string {
  const explicit = io.env['DATABASE_RUNTIME_PASSWORD'];
  const url = io.env['DATABASE_URL'];
  const password = explicit || (url && URL.canParse(url) ? decodeURIComponent(new URL(url).password) : '');
  if (password) return password;
  const message = 'set DATABASE_RUNTIME_PASSWORD (or DATABASE_URL with a password): the services sign in with it';
  throw new CommandError(EXIT.usage, 'no_runtime_password', message);
}

import { readSettings } from './files/settings.ts';
import type { Settings } from './files/settings.ts';
import type { Io } from './io.ts';
import type { GlobalOptions } from './options.ts';
import { Client } from './server/client.ts';
import { connectionOf } from './server/connection.ts';

type Flags = Pick<GlobalOptions, 'server' | 'token' | 'collection'>;

/** The server, and the collection that is meant unless an organization says so. */
export function target(
  options: Flags,
  io: Io,
  settings = readSettings(io.cwd),
): { readonly client: Client; readonly collection: string } {
  return { client: new Client(connectionOf(options, io, settings)), collection: collectionOf(options, settings) };
}

/** Of the flags, else of rolecall.yaml, else the one of who has only one. */
export function collectionOf({ collection }: Pick<Flags, 'collection'>, settings: Settings | undefined): string {
  return collection ?? settings?.collection ?? 'default';
}

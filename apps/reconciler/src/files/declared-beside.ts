import { parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { CommandError, EXIT } from '../exit.ts';
import type { Discovered } from './discover.ts';
import { FileReader } from './file-reader.ts';

/**
 * The organizations, by their names and former names, that files of the collection beside the given PATHs declare. Every one of these is
 * parsed, which takes seconds where there are thousands: to be asked when something depends on it.
 * @throws CommandError `unreadable_beside` for a file that cannot be told what it declares
 */
export function declaredBeside(found: Discovered): ReadonlySet<string> {
  const reader = new FileReader(found);
  const paths = found.elsewhere?.() ?? [];
  return new Set(paths.flatMap((path) => namesIn(reader.textOf(reader.bytes(path), path), reader.shown(path))));
}

function namesIn(text: string, shown: string): readonly string[] {
  try {
    const documents = parseAllDocuments(text);
    return Array.isArray(documents) ? documents.flatMap((document) => namesOf(valueOf(document))) : [];
  } catch {
    const message = `${shown} is no readable YAML, so whether it declares what the given PATHs no longer have is not known; mend it ("rolecall validate" shows where)`;
    throw new CommandError(EXIT.invalid, 'unreadable_beside', message);
  }
}

function valueOf(document: Document.Parsed): unknown {
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return document.toJS();
}

function namesOf(value: unknown): readonly string[] {
  const { kind, metadata } = { ...(value as { readonly kind?: unknown; readonly metadata?: unknown } | null) };
  if (kind !== 'Organization') return [];
  const { name, previously } = { ...(metadata as { readonly name?: unknown; readonly previously?: unknown } | null) };
  const names = [name, ...(Array.isArray(previously) ? (previously as readonly unknown[]) : [])];
  return names.filter((one) => typeof one === 'string');
}

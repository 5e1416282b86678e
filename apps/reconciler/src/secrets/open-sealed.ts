import type { OrganizationDocument } from '@rolecall/org-config';
import type { Plan } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import { sealedIn } from '../files/secrets.ts';
import type { Io } from '../io.ts';
import type { ServerDiagnostic } from '../output/positions.ts';
import { identitiesOf } from './identities.ts';
import type { Opener } from './sealed-value.ts';

/** One sealed value of a document. */
export interface Sealed {
  readonly organization: string;
  /** JSON pointer of the reference. */
  readonly path: string;
  readonly age: string;
}

/** What came of opening; nothing of it but `problems` is ever shown. */
export interface Opened {
  /** SECRET values by JSON pointer, by organization. */
  readonly values: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly problems: readonly ServerDiagnostic[];
  /** How many were left closed, since no key is at hand. */
  readonly closed: number;
}

export const NOTHING_OPENED: Opened = { values: new Map(), problems: [], closed: 0 };

/** The sealed values of documents. */
export function sealedOf(documents: readonly OrganizationDocument[]): readonly Sealed[] {
  return documents.flatMap((document) =>
    sealedIn(document).map(([path, age]) => ({ organization: document.metadata.name, path, age })),
  );
}

/** Those that a plan says are new or other ones: 3 ms each are spent on no other. */
export function changedIn(plan: Plan, sealed: readonly Sealed[]): readonly Sealed[] {
  if (sealed.length === 0) return [];
  const changed = new Set(
    plan.changes.flatMap(({ organization, fields }) =>
      fields.filter(({ secret }) => secret).map(({ path }) => `${organization} ${path}`),
    ),
  );
  return sealed.filter(({ organization, path }) => changed.has(`${organization} ${path}`));
}

/**
 * Opens sealed values with the keys that are at hand; without a key all of them stay closed.
 * @throws CommandError `invalid_identity`
 */
export async function openSealed(sealed: readonly Sealed[], io: Pick<Io, 'env' | 'cwd'>): Promise<Opened> {
  if (sealed.length === 0) return NOTHING_OPENED;
  const identities = identitiesOf(io);
  if (identities.length === 0) return { ...NOTHING_OPENED, closed: sealed.length };
  const { SealedValueError } = await import('./sealed-value.ts');
  const opener = await openerFor(identities);
  const values = new Map<string, Record<string, string>>();
  const problems: ServerDiagnostic[] = [];
  for (const { organization, path, age } of sealed) {
    try {
      const value = await opener.open(age, { organization, path });
      values.set(organization, { ...values.get(organization), [path]: value });
    } catch (error) {
      if (!(error instanceof SealedValueError)) throw error;
      problems.push(problemOf(error, organization, path));
    }
  }
  return { values, problems, closed: 0 };
}

async function openerFor(identities: readonly string[]): Promise<Opener> {
  const { Opener, SealedValueError } = await import('./sealed-value.ts');
  try {
    return new Opener(identities);
  } catch (error) {
    throw error instanceof SealedValueError ? new CommandError(EXIT.usage, error.code, error.message) : error;
  }
}

function problemOf({ code, message }: { code: string; message: string }, organization: string, path: string) {
  const seal = `\`rolecall secrets encrypt ${organization} ${path}\``;
  const suggestion =
    code === 'secret_sealed_for_others'
      ? `use the key of a recipient, or seal it again with ${seal}`
      : `seal the secret for this place with ${seal}`;
  const pointer = `${path}/age`;
  return {
    severity: 'error' as const,
    code,
    message: `the sealed secret: ${message}`,
    suggestion,
    pointer,
    organization,
  };
}

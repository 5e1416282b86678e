import { clientSecrets } from '@rolecall/org-config';
import type { DeclaredSecret, OrganizationDocument, SecretHolder, SecretReference } from '@rolecall/org-config';
import type { ReconcileProblem } from '../errors.ts';
import type { FieldChange } from '../plan/plan.ts';
import type { EntryRename } from '../fields/renames.ts';
import type { DesiredOrganization, ReconcileRequest } from '../request.ts';
import { sealedDigest } from './secret.ts';
import type { OrganizationHead, StateTransaction } from '../state-store.ts';

/** The organization as it is, under the names that it has before the change. */
export interface Live {
  readonly head: OrganizationHead;
  readonly before: OrganizationDocument;
  readonly renames: readonly EntryRename[];
}

/** What of a request says whether the values themselves have to be here: an apply names what was reviewed. */
export type SecretsWanted = Pick<ReconcileRequest, 'collection' | 'expectedFingerprint'>;

export interface SecretChanges {
  readonly fields: readonly FieldChange[];
  readonly problems: readonly ReconcileProblem[];
}

/**
 * Which secrets get another value, by their fingerprints. A secret whose value the command line does not have stays as it
 * is stored, as long as it is the same reference of the same client at the same provider, or of the same application; else it is
 * `secret_unavailable`.
 *
 * A sealed value (`age`) is another one when its ciphertext is: a plan needs no key to tell, and no value. An apply needs the
 * value of one that changes. It goes to nobody else than it was sealed for: with another issuer or client it is refused.
 */
export async function secretChanges(
  state: StateTransaction,
  { collection, expectedFingerprint }: SecretsWanted,
  desired: DesiredOrganization,
  live?: Live,
): Promise<SecretChanges> {
  const fields: FieldChange[] = [];
  const problems: ReconcileProblem[] = [];
  const organization = desired.document.metadata.name;
  for (const declared of clientSecrets(desired.document)) {
    const { pointer } = declared;
    const given = desired.secrets?.[pointer];
    const known = live && secretBefore(live, declared);
    const at = { collection, organization, pointer };
    const stored = known && (await state.signIns.secretFingerprint(live.head.id, known, at));
    const kept = stored !== undefined && sameSecret(known, declared);
    const sealed = sealedIn(declared);
    const change = (after: string) => {
      fields.push({
        path: pointer,
        action: stored === undefined ? 'create' : 'update',
        origin: 'git',
        secret: true,
        after,
      });
    };
    if (sealed !== undefined && !kept) {
      if (stored !== undefined && known && sealedIn(known) === sealed)
        problems.push(sealedForAnother(organization, pointer));
      else if (given === undefined && expectedFingerprint !== undefined) problems.push(unopened(organization, pointer));
      else change(`sealed-sha256:${sealedDigest(sealed)}`);
    } else if (given === undefined) {
      if (!kept) problems.push(unavailable(organization, pointer, declared.reference));
    } else if (given !== stored) change(`hmac-sha256:${given}`);
  }
  return { fields, problems };
}

/** Pointers of the stored secrets of `before` that are not in use any more with `after`, or get another value. Names are as they are. */
export function secretsLost(
  before: OrganizationDocument,
  after: OrganizationDocument,
  given: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  const left = new Map(clientSecrets(after).map((secret) => [secret.pointer, secret]));
  return clientSecrets(before).flatMap((secret) => {
    const now = left.get(secret.pointer);
    return now !== undefined && sameSecret(secret, now) && !Object.hasOwn(given, secret.pointer)
      ? []
      : [secret.pointer];
  });
}

/** The secret of the entry that goes on under this name, with the name that it has now. */
function secretBefore({ before, renames }: Live, { map, name }: SecretHolder): DeclaredSecret | undefined {
  const from = renames.find((rename) => rename.map === `/spec/${map}` && rename.to === name)?.from ?? name;
  return clientSecrets(before).find((secret) => secret.map === map && secret.name === from);
}

/** A stored secret goes to no other provider or client than the one that it was given for. */
function sameSecret(before: DeclaredSecret | undefined, after: DeclaredSecret): boolean {
  return before !== undefined && secretOf(before) === secretOf(after);
}

/** The ciphertext is the version of a sealed value. */
function secretOf({ audience, reference }: DeclaredSecret): string {
  const version = 'age' in reference ? undefined : reference.version;
  return JSON.stringify([audience, sourceOf(reference), version]);
}

function sealedIn({ reference }: DeclaredSecret): string | undefined {
  return 'age' in reference ? reference.age : undefined;
}

function sourceOf(reference: SecretReference): string {
  if ('age' in reference) return `sealed value ${reference.age}`;
  return 'fromEnv' in reference ? `environment variable ${reference.fromEnv}` : `file ${reference.fromFile}`;
}

function sealedForAnother(organization: string, pointer: string): ReconcileProblem {
  const message =
    'the sealed client secret was given for another issuer or client, and is told to no other; seal the one of this client with `rolecall secrets encrypt`';
  return { code: 'secret_unavailable', organization, pointer, message };
}

function unopened(organization: string, pointer: string): ReconcileProblem {
  const message =
    'the sealed client secret was not opened; set ROLECALL_AGE_IDENTITY or ROLECALL_AGE_IDENTITY_FILE to a key that it was sealed for';
  return { code: 'secret_unavailable', organization, pointer, message };
}

function unavailable(organization: string, pointer: string, reference: SecretReference): ReconcileProblem {
  const message = `the client secret is not there; set the ${sourceOf(reference)} to it (1 to 8,192 bytes of text)`;
  return { code: 'secret_unavailable', organization, pointer, message };
}

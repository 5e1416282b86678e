import { effective } from '@rolecall/org-config';
import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { Problem } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import type { OrganizationPatch } from '../api/requests.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Holds a caller that may write some pointers only (a recovery session) to these, and to a time: what repairs a sign-in is an override
 * with an end, and single sign-on is let go of for a day at most and never enforced.
 * @throws Problem 403 `recovery_only`
 */
export function requireRepair(
  { patch, override, secrets = {} }: OrganizationPatch,
  { pointers }: Pick<Principal, 'pointers'>,
  now: Date,
): void {
  if (pointers === undefined) return;
  if (override === undefined) throw recoveryOnly('a change here has a reason and an end, as an override');
  // a secret has no former value that could come back
  if (Object.keys(secrets).length > 0) throw recoveryOnly('it sets no secrets');
  const written = pointersOf(patch as Json, '', pointers);
  const outside = written.find(({ allowed }) => !allowed);
  if (outside) throw recoveryOnly(`${outside.pointer || 'the whole document'} is not part of it`);
  const release = written.find(({ pointer }) => pointer === '/spec/login/enforceSso');
  if (release === undefined) return;
  if (release.value !== false) throw recoveryOnly('it does not enforce single sign-on');
  if (Date.parse(override.expires) - now.getTime() > DAY_MS)
    throw recoveryOnly('it lets go of single sign-on for 24 hours at most');
}

/**
 * Whoever replaces the metadata of the organization that administers the deployment can be anybody there; who lets go of its single
 * sign-on can get a password by whatever mailbox reaches, and who switches an identity provider on trusts what was trusted no longer.
 * The whole deployment hangs on it: two persons, not one mailbox.
 * @param administers whether the organization administers the deployment
 * @throws Problem 403 `recovery_only`
 */
export function requireTwoPersons(
  { pointers }: Pick<Principal, 'pointers'>,
  live: OrganizationDocument,
  administers: boolean,
): void {
  if (pointers === undefined || !administers || effective(live).login.recovery.twoPerson) return;
  throw recoveryOnly(
    'in the organization that administers the deployment only under login.recovery.twoPerson; ask the platform team',
  );
}

function recoveryOnly(why: string): Problem {
  const what = 'recovery access replaces metadata, switches identity providers and lets go of single sign-on';
  return new Problem(403, 'recovery_only', `${what}, and nothing beside: ${why}`);
}

interface WrittenPointer {
  readonly pointer: string;
  readonly value: Json;
  readonly allowed: boolean;
}

/** What a merge patch writes: down to a pointer that is allowed as a whole, or to a value that is no object. */
function pointersOf(value: Json, pointer: string, patterns: readonly string[]): readonly WrittenPointer[] {
  if (patterns.some((pattern) => fits(pointer, pattern))) return [{ pointer, value, allowed: true }];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ pointer, value, allowed: false }];
  return Object.entries(value).flatMap(([key, member]) => pointersOf(member, `${pointer}/${escaped(key)}`, patterns));
}

function fits(pointer: string, pattern: string): boolean {
  const [keys, wanted] = [pointer.split('/'), pattern.split('/')];
  return keys.length === wanted.length && wanted.every((key, index) => key === '*' || key === keys[index]);
}

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

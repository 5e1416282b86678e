import type { Actor } from '@rolecall/audit';
import { API_RIGHTS } from '@rolecall/persistence';
import type { ApiRight, ApiToken, RecoverySession, Workload } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';

/**
 * Who asks, and what for they may: an API token, a signed-in administrator, somebody who repairs the sign-in of an organization, or the
 * server itself.
 */
export interface Principal {
  readonly kind: 'token' | 'user' | 'recovery' | 'system';
  /** Of the token or the user; of a recovery session `recoveryAdminId`. Never a secret, never an address. */
  readonly id: string;
  /** What plans, overrides and the history show. No name of a person. */
  readonly name: string;
  /** What the audit log says. */
  readonly actor: Actor;
  readonly rights: readonly ApiRight[];
  /** Patterns of names that it is held to; undefined = all organizations, and what belongs to none. */
  readonly organizations: readonly string[] | undefined;
  /** Of a token that a job of a pipeline got for its own. */
  readonly workload?: Workload;
  /** Who only looks: GET alone, also where reading is what the right of an operation says. */
  readonly readsOnly?: true;
  /** Patterns of JSON pointers that it may write; undefined = no such bound. */
  readonly pointers?: readonly string[];
}

export function tokenPrincipal({ id, name, rights, organizations, workload }: ApiToken): Principal {
  const actor = { kind: 'token', id } as const;
  return { kind: 'token', id, name, actor, rights, organizations, ...(workload && { workload }) };
}

/** What the server does at its time, as somebody with the rights for it decided before. */
export const SELF: Principal = {
  kind: 'system',
  id: 'admin-api',
  name: 'rolecall',
  actor: { kind: 'system', id: 'admin-api' },
  rights: API_RIGHTS,
  organizations: undefined,
};

/** What repairs a sign-in, and nothing beside it; `*` stands for one key. */
export const REPAIR_POINTERS = [
  '/spec/identityProviders/*/metadata',
  '/spec/identityProviders/*/enabled',
  '/spec/login/enforceSso',
] as const;

export function recoveryPrincipal({ organization, adminId: id }: RecoverySession): Principal {
  const rights = ['organizations.read', 'organizations.write', 'organizations.override'] as const;
  const who = { kind: 'recovery', id, name: 'recovery access', actor: { kind: 'recovery', id } } as const;
  return { ...who, rights, organizations: [organization], pointers: REPAIR_POINTERS };
}

/**
 * A recovery session is let into the few operations that say so, whatever rights they need.
 * @throws Problem 403 `recovery_only`
 */
export function requireRepairing({ kind }: Pick<Principal, 'kind'>, repairs: boolean): void {
  if (kind !== 'recovery' || repairs) return;
  throw new Problem(
    403,
    'recovery_only',
    'recovery access repairs the sign-in of its organization, and nothing beside',
  );
}

/** @throws Problem 403 `missing_right` */
export function requireRight(principal: Pick<Principal, 'kind' | 'name' | 'rights'>, right: ApiRight, what: string) {
  if (principal.rights.includes(right)) return;
  throw new Problem(403, 'missing_right', `${what} needs the right ${right}, which ${called(principal)} does not have`);
}

/** @throws Problem 403 `missing_right` */
export function requireReading({ readsOnly }: Pick<Principal, 'readsOnly'>, method: string | undefined): void {
  if (readsOnly !== true || method === 'GET' || method === 'HEAD') return;
  throw new Problem(403, 'missing_right', 'the role of the signed-in user reads, and makes nothing');
}

/** As the caller reads of itself in a refusal. */
export function called({ kind, name }: Pick<Principal, 'kind' | 'name'>): string {
  if (kind === 'token') return `the token "${name}"`;
  return kind === 'user' ? 'the role of the signed-in user' : 'recovery access';
}

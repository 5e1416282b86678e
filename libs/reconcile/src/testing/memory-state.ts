import type { OrganizationDocument } from '@rolecall/org-config';
import type { DecidedGrant, DecidedMembership, FactsJson } from '@rolecall/role-mapping';
import type { Declaration, Override } from '../state-store.ts';
import type { ApplyResult, SavedPlan } from '../collection/once.ts';
import type { LivePlatform } from '../platform/platform.ts';
import type { WorkloadToken } from '../platform/withdrawn-trust.ts';
import type { FileDigest, OrganizationHead, ReconcileEvent, RevisionOrigin } from '../state-store.ts';
import type { SignInEvidence } from '../sign-in-state.ts';

export interface MemoryUser {
  userId: string;
  email?: string | undefined;
  active: boolean;
  identityProvider: string;
  facts: FactsJson;
  grants: (DecidedGrant & { readonly edited?: true })[];
  groups: DecidedMembership[];
  /** How each of the user's sessions was opened. */
  sessions: ('password' | 'sso')[];
  secondFactor: boolean;
}

export interface MemoryOrganization {
  head: OrganizationHead;
  revisions: { document: OrganizationDocument; digest: string; origin: RevisionOrigin }[];
  users: MemoryUser[];
  audit: ReconcileEvent[];
  declaration?: Declaration | undefined;
  overrides: readonly Override[];
  /** Client secrets by `secretKey`; nothing seals them here. */
  secrets: Map<string, string>;
  evidence: Map<string, SignInEvidence>;
  /** By name: how many tokens of the directory are alive. */
  directoryTokens: Map<string, number>;
  /** Sign-ins to applications: by the name of the application (OpenID Connect), or by its origin. */
  applicationSignIns: Map<string, number>;
}

/** Everything that a MemoryStateStore holds; plain data, so that a transaction works on a structured clone. */
export interface MemoryState {
  organizations: Map<string, MemoryOrganization>;
  collections: Map<string, { generation: number; files: FileDigest[]; applied: boolean }>;
  plans: Map<string, SavedPlan>;
  results: Map<string, ApplyResult>;
  /** Revisions of the deployment's document. */
  platform: LivePlatform[];
  /** API tokens of jobs, while they are alive. */
  workloadTokens: WorkloadToken[];
  nextId: number;
}

export function emptyState(): MemoryState {
  const [plans, results] = [new Map<string, SavedPlan>(), new Map<string, ApplyResult>()];
  return {
    organizations: new Map(),
    collections: new Map(),
    plans,
    results,
    platform: [],
    workloadTokens: [],
    nextId: 1,
  };
}

/** A UUID that counts, so that tests read the same at every run. */
export function idOf(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

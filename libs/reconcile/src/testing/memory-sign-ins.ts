import { matchesGlobs } from '@rolecall/org-config';
import type { SecretHolder } from '@rolecall/org-config';
import { secretFingerprint } from '../secrets/secret.ts';
import type { SecretPlace } from '../secrets/secret.ts';
import type { ClosedApplication, ClosedDoors, EndedSignIns, EndedTokens } from '../sign-in-state.ts';
import type { SharedOrigin } from '../sign-in-state.ts';
import type { LocalDoors, SignInEvidence, SignInState } from '../sign-in-state.ts';
import type { MemoryOrganization } from './memory-state.ts';
import { memoryFingerprintKey, renameSecret, secretKey } from './memory-organization.ts';

export class MemorySignIns implements SignInState {
  /** @param find - the organization with this id; throws when there is none */
  constructor(
    private readonly find: (organizationId: string) => MemoryOrganization,
    private readonly all: () => readonly MemoryOrganization[],
  ) {}

  originsOfOthers(organizationId: string, origins: readonly string[]): Promise<readonly SharedOrigin[]> {
    const others = this.all().filter(({ head }) => head.id !== organizationId);
    const counted = origins.toSorted().map((origin) => ({ origin, organizations: declaring(others, origin).length }));
    return Promise.resolve(counted.filter(({ organizations }) => organizations > 0));
  }

  originsBeyond(origins: readonly string[], globs: readonly string[]): Promise<readonly string[]> {
    const beyond = this.all().filter(({ head }) => !matchesGlobs(globs, head.name));
    return Promise.resolve(origins.toSorted().filter((origin) => declaring(beyond, origin).length > 0));
  }

  secretFingerprint(organizationId: string, holder: SecretHolder, at: SecretPlace): Promise<string | undefined> {
    const secret = this.find(organizationId).secrets.get(secretKey(holder));
    return Promise.resolve(secret && secretFingerprint(memoryFingerprintKey(at.collection), at, secret));
  }

  evidence(organizationId: string): Promise<ReadonlyMap<string, SignInEvidence>> {
    return Promise.resolve(this.find(organizationId).evidence);
  }

  closeLocalDoors(organizationId: string, { exempt, endSessions }: LocalDoors): Promise<ClosedDoors> {
    const closed = { sessions: 0, secondFactors: 0 };
    for (const user of this.find(organizationId).users) {
      if (user.email !== undefined && exempt.includes(user.email.toLowerCase())) continue;
      const stay = endSessions ? user.sessions.filter((how) => how === 'sso') : user.sessions;
      closed.sessions += user.sessions.length - stay.length;
      closed.secondFactors += Number(user.secondFactor);
      Object.assign(user, { sessions: stay, secondFactor: false });
    }
    return Promise.resolve(closed);
  }

  endAllSessions(organizationId: string): Promise<number> {
    let ended = 0;
    for (const user of this.find(organizationId).users) {
      ended += user.sessions.length;
      user.sessions = [];
    }
    return Promise.resolve(ended);
  }

  forgetEvidence(organizationId: string, identityProvider: string): Promise<void> {
    this.find(organizationId).evidence.delete(identityProvider);
    return Promise.resolve();
  }

  renameIdentityProvider(organizationId: string, from: string, to: string): Promise<void> {
    const { users, secrets, evidence } = this.find(organizationId);
    const proof = evidence.get(from);
    if (proof !== undefined) evidence.set(to, proof);
    evidence.delete(from);
    renameSecret(secrets, 'identityProviders', from, to);
    for (const user of users) {
      if (user.identityProvider === from) user.identityProvider = to;
    }
    return Promise.resolve();
  }

  renameApplication(organizationId: string, from: string, to: string): Promise<void> {
    const { secrets, applicationSignIns } = this.find(organizationId);
    renameSecret(secrets, 'applications', from, to);
    const held = applicationSignIns.get(from);
    if (held !== undefined) applicationSignIns.set(to, held);
    applicationSignIns.delete(from);
    return Promise.resolve();
  }

  endApplicationSignIns(
    organizationId: string,
    closed: readonly ClosedApplication[],
  ): Promise<readonly EndedSignIns[]> {
    const { applicationSignIns } = this.find(organizationId);
    const ended = closed.map(({ application, client, origins }) => {
      const places = [...(client ? [application] : []), ...origins];
      const signIns = places.reduce((sum, place) => sum + (applicationSignIns.get(place) ?? 0), 0);
      for (const place of places) applicationSignIns.delete(place);
      return { application, signIns };
    });
    const any = ended.filter(({ signIns }) => signIns > 0);
    return Promise.resolve(any.sort((a, b) => (a.application < b.application ? -1 : 1)));
  }

  renameDirectoryToken(organizationId: string, from: string, to: string): Promise<void> {
    const { directoryTokens } = this.find(organizationId);
    const tokens = directoryTokens.get(from) ?? 0;
    directoryTokens.set(to, (directoryTokens.get(to) ?? 0) + tokens);
    directoryTokens.delete(from);
    return Promise.resolve();
  }

  endDirectoryTokens(organizationId: string, names: readonly string[]): Promise<readonly EndedTokens[]> {
    const { directoryTokens } = this.find(organizationId);
    const ended = names.toSorted().map((token) => ({ token, tokens: directoryTokens.get(token) ?? 0 }));
    for (const token of names) directoryTokens.delete(token);
    return Promise.resolve(ended.filter(({ tokens }) => tokens > 0));
  }
}

function declaring(organizations: readonly MemoryOrganization[], origin: string): readonly MemoryOrganization[] {
  return organizations.filter(({ revisions }) => {
    const applications = Object.values(revisions.at(-1)?.document.spec.applications ?? {});
    return applications.some((it) => it.type === 'forward-auth' && it.origins.includes(origin));
  });
}

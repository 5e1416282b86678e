import type { DecideAccess } from '@rolecall/persistence';
import type { TestWorld } from './test-world.ts';

/** What a SCIM client says of somebody. */
export interface Said {
  readonly userName: string;
  readonly email?: string;
  readonly externalId?: string;
  /** Further facts. */
  readonly facts?: Readonly<Record<string, string | readonly string[]>>;
  /** Roles on `account/main`: what the rules are to make of the facts. */
  readonly roles?: readonly string[];
  readonly active?: boolean;
}

/** TEST ONLY. The SCIM side of an organization: what its server writes, without the server. */
export class TestDirectory {
  constructor(
    private readonly world: TestWorld,
    private readonly organization: string,
  ) {}

  /** @param adoptEmail whose user is to be adopted */
  async create(said: Said, adoptEmail?: string): Promise<string> {
    const how = { adoptEmail, reprovision: 'conflict', brake: undefined } as const;
    const created = await this.store.createUser(this.id, bodyOf(said), how, decideAs(said), this.actor);
    if (!('user' in created)) throw new Error(`not created: ${created.outcome}`);
    return created.user.userId;
  }

  async replace(userId: string, said: Said): Promise<void> {
    const was = await this.store.userState(this.id, userId);
    if (!was) throw new Error(`${userId} is not in the directory`);
    const how = { brake: undefined };
    const { outcome } = await this.store.replaceUser(this.id, was, bodyOf(said), how, decideAs(said), this.actor);
    if (outcome !== 'replaced') throw new Error(`not replaced: ${outcome}`);
  }

  receipts() {
    return this.store.receipts(this.id, { before: undefined, count: 10 });
  }

  private get store() {
    return this.world.db.database.directory;
  }

  private get id(): string {
    return this.world.idOf(this.organization);
  }

  private get actor() {
    return { tokenName: 'okta', traceId: 'scim', at: this.world.now };
  }
}

function bodyOf({ userName, email, externalId, roles = [], active = true }: Said) {
  const emails = email === undefined ? {} : { emails: [{ value: email, primary: true }] };
  return { userName, active, title: roles.join(), ...emails, ...(externalId !== undefined && { externalId }) };
}

function decideAs({ userName, email, facts = {}, roles = [] }: Said): DecideAccess {
  const named = { ...(email !== undefined && { email }) };
  const sources = [{ kind: 'rule', name: 'test' }] as const;
  return () => ({
    revision: 1,
    facts: { userName, ...named, ...facts },
    profile: { ...named, displayName: 'Of The Directory' },
    access: { grants: roles.map((role) => ({ scope: 'account/main', role, sources })), groups: [] },
  });
}

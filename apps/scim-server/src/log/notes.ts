import type { Patch, Quirk, ResourceBody } from '@rolecall/scim';

/** What a request did to the directory: `read` asks only, `no-op` found everything as it was to become. */
type Effect = 'applied' | 'no-op' | 'read';

/** What is noted of one request while it is served, for its entry in the request log. Names, never values. */
export class Notes {
  readonly quirks = new Set<Quirk>();
  readonly attributes = new Set<string>();
  /** Names that the directory does not know and left out. */
  readonly ignored = new Set<string>();
  /** Of a bulk request: applied when any operation was. */
  effect: Effect = 'read';
  resourceType: 'User' | 'Group' | undefined;
  resourceId: string | undefined;
  /** A creation that met a user of ours, and what it did instead. */
  cameBack: 'adopted' | 'reactivated' | undefined;
  /** Why operations of a bulk request were refused, though the request itself was not. */
  readonly refusals: string[] = [];

  /** What was understood beside the letter, what was left out, and which attributes were said. */
  read(read: {
    readonly quirks: readonly Quirk[];
    readonly ignored: readonly string[];
    readonly body: ResourceBody;
    /** Of a group; its members are no part of the body. */
    readonly members?: readonly string[] | undefined;
  }): void {
    for (const quirk of read.quirks) this.quirks.add(quirk);
    for (const name of read.ignored) this.ignored.add(name);
    for (const name of Object.keys(read.body)) this.attributes.add(name);
    if (read.members) this.attributes.add('members');
  }

  /** As `read`, of a PATCH. */
  readPatch({ quirks, ignored, changes, members }: Patch): void {
    const names = changes.map(nameOf);
    const body = Object.fromEntries([...names, ...(members ? ['members'] : [])].map((name) => [name, true]));
    this.read({ quirks, ignored, body });
  }

  /** One operation of a bulk request was refused. */
  refuse(why: string): void {
    if (this.refusals.length < 3) this.refusals.push(why);
  }

  changed(applied: boolean): void {
    if (applied) this.effect = 'applied';
    else if (this.effect === 'read') this.effect = 'no-op';
  }

  about(resourceType: 'User' | 'Group' | undefined, resourceId?: string): void {
    this.resourceType = resourceType;
    this.resourceId = resourceId;
  }
}

/** The attribute that a change is of; of a whole extension its schema. */
function nameOf(change: Patch['changes'][number]): string {
  if (change.kind === 'extension') return change.schema.id;
  return change.kind === 'same-id' ? 'id' : change.path.attribute.name;
}

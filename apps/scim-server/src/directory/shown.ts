import type { DirectoryGroup } from '@rolecall/persistence';
import { type ListPage, presentGroup, presentList, type Presentation } from '@rolecall/scim';
import type { Reply } from './call.ts';

/** So many members are made JSON at a time; between two parts other requests have their turn. */
const PART = 1_000;

/** A resource of an answer, not presented yet. */
export interface Shown {
  /** How many values its largest list has. */
  readonly size: number;
  present(): object;
  /** The same as JSON, in parts. */
  parts(): Iterable<string>;
}

export function shownUser(present: () => object): Shown {
  return { size: 0, present, parts: () => [JSON.stringify(present())] };
}

export function shownGroup(group: DirectoryGroup, how: Presentation): Shown {
  return {
    size: group.members?.length ?? 0,
    present: () => presentGroup(group, how),
    parts: () => groupInParts(group, how),
  };
}

/** What answers with one resource: as a whole, or in parts when it is a large group. */
export function contentOf(shown: Shown): Pick<Reply, 'body' | 'parts'> {
  return shown.size > PART ? { parts: shown.parts() } : { body: shown.present() };
}

type PageOf<P> = P extends unknown ? Omit<P, 'resources'> & { readonly resources: readonly Shown[] } : never;

/** As `contentOf`, of a page. */
export function listContent(page: PageOf<ListPage>): Pick<Reply, 'body' | 'parts'> {
  const size = page.resources.reduce((sum, resource) => sum + resource.size, 0);
  if (size > PART) return { parts: listInParts(page) };
  return { body: presentList({ ...page, resources: page.resources.map((resource) => resource.present()) }) };
}

function* listInParts(page: PageOf<ListPage>): Generator<string> {
  const { Resources: _, ...head } = presentList(page) as { readonly Resources: unknown };
  let before = `${JSON.stringify(head).slice(0, -1)},"Resources":[`;
  for (const resource of page.resources) {
    yield before;
    yield* resource.parts();
    before = ',';
  }
  yield ']}';
}

function* groupInParts({ members = [], ...group }: DirectoryGroup, how: Presentation): Generator<string> {
  // never empty: it has its id
  const whole = JSON.stringify(presentGroup(group, how));
  let before = `${whole.slice(0, -1)},"members":[`;
  let some = false;
  for (let at = 0; at < members.length; at += PART) {
    const part = presentGroup({ ...group, members: members.slice(at, at + PART) }, how)['members'];
    if (part === undefined) continue;
    yield before + JSON.stringify(part).slice(1, -1);
    before = ',';
    some = true;
  }
  yield some ? ']}' : whole;
}

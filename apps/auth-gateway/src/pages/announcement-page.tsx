import type { Announcement } from '@rolecall/persistence';
import type { VNode } from 'preact';
import { byScope, Chips } from './grants.tsx';
import { Page } from './page.tsx';

/** `GET /announcement`: what this login changed, and the way on. */
export function AnnouncementPage({ announcement }: { readonly announcement: Announcement }): VNode {
  const { firstLogin, granted, revoked, joined, left, returnTo } = announcement;
  return (
    <Page title={firstLogin ? 'Welcome' : 'Your roles changed'}>
      <h1>{firstLogin ? 'Welcome' : 'Your roles changed'}</h1>
      <p class="soft">
        {firstLogin
          ? 'Your account was created with these roles.'
          : "Your company's directory changed what you may do."}
      </p>
      <Changes title={firstLogin ? 'Your roles' : 'New'} grants={granted} groups={joined} />
      <Changes title="Removed" grants={revoked} groups={left} gone />
      <a class="button" href={returnTo ?? '/'}>
        Continue
      </a>
    </Page>
  );
}

interface ChangesProps {
  readonly title: string;
  readonly grants: readonly { scope: string; role: string }[];
  readonly groups: readonly string[];
  readonly gone?: boolean;
}

function Changes({ title, grants, groups, gone }: ChangesProps): VNode | null {
  if (grants.length + groups.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul class="facts">
        {Object.entries(byScope(grants)).map(([scope, roles]) => (
          <li key={scope}>
            <code>{scope}</code>
            <Chips texts={roles} gone={gone} />
          </li>
        ))}
        {groups.length > 0 && (
          <li>
            <span>Groups</span>
            <Chips texts={groups} gone={gone} />
          </li>
        )}
      </ul>
    </>
  );
}

import type { SessionView } from '@rolecall/persistence';
import type { VNode } from 'preact';
import { Chips, GrantList } from './grants.tsx';
import { Page } from './page.tsx';

/** `GET /`: who you are here, or the way in. */
export function HomePage({ session }: { readonly session: SessionView | undefined }): VNode {
  if (!session) {
    return (
      <Page title="Welcome">
        <h1>You are not signed in</h1>
        <p class="soft">Sign in with your company's account to continue.</p>
        <a class="button" href="/login">
          Sign in
        </a>
      </Page>
    );
  }
  const { user, organization, identityProvider, grants, groups } = session;
  return (
    <Page title="Your account">
      <h1>{user.displayName ?? user.email ?? 'Signed in'}</h1>
      <p class="soft">
        {user.email && user.displayName ? `${user.email}, ` : ''}
        {organization}, signed in through {identityProvider}
      </p>
      <h2>Your roles</h2>
      <GrantList grants={grants} />
      {groups.length > 0 && (
        <>
          <h2>Your groups</h2>
          <p class="facts">
            <Chips texts={groups} />
          </p>
        </>
      )}
      <form class="actions" method="post" action="/logout">
        <button class="button quiet" type="submit">
          Sign out
        </button>
      </form>
    </Page>
  );
}

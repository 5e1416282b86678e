import { LOCAL_SIGN_IN, type SessionView } from '@rolecall/persistence';
import type { VNode } from 'preact';
import { Chips, GrantList } from './grants.tsx';
import { Page } from './page.tsx';

export interface HomePageProps {
  readonly session: SessionView | undefined;
  /** What people call the organization and the identity provider of the session. */
  readonly shown: { readonly organization: string; readonly identityProvider: string } | undefined;
}

/** `GET /`: who you are here, or the way in. */
export function HomePage({ session, shown }: HomePageProps): VNode {
  if (!session) {
    return (
      <Page title="Not signed in">
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
      <dl class="about">
        {user.email && user.displayName && (
          <div>
            <dt>E-mail</dt>
            <dd>{user.email}</dd>
          </div>
        )}
        <div>
          <dt>Organization</dt>
          <dd>{shown?.organization ?? organization}</dd>
        </div>
        <div>
          <dt>Signed in with</dt>
          <dd>{identityProvider === LOCAL_SIGN_IN ? 'a password' : (shown?.identityProvider ?? identityProvider)}</dd>
        </div>
      </dl>
      <h2>Your roles</h2>
      <GrantList grants={grants} />
      {groups.length > 0 && (
        <>
          <h2>Your groups</h2>
          <Chips texts={groups} />
        </>
      )}
      <p class="actions">
        <a href="/account">Account: where your roles come from, where you are signed in</a>
      </p>
      <form class="actions" method="post" action="/logout">
        <button class="button quiet" type="submit">
          Sign out
        </button>
      </form>
    </Page>
  );
}

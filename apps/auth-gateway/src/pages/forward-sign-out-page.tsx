import type { SessionView } from '@rolecall/persistence';
import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface ForwardSignOutPageProps {
  readonly session: SessionView;
  /** URL of the gateway: the page is shown at the application's origin. */
  readonly base: string;
}

/** `GET /.rolecall/logout`. */
export function ForwardSignOutPage({ session, base }: ForwardSignOutPageProps): VNode {
  return (
    <Page title="Sign out?" base={base}>
      <h1>Sign out?</h1>
      <p>
        You are signed in as {session.user.email ?? session.user.displayName ?? 'yourself'}. This signs you out of every
        application in this browser.
      </p>
      <ul class="choices">
        <li>
          <form method="post" action="/.rolecall/logout">
            <button class="button" type="submit">
              Sign out
            </button>
          </form>
        </li>
        <li>
          <a class="button quiet" href="/">
            Stay signed in
          </a>
        </li>
      </ul>
    </Page>
  );
}

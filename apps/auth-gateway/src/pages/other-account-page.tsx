import type { SessionView } from '@rolecall/persistence';
import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface OtherAccountPageProps {
  readonly session: SessionView | undefined;
  /** Where somebody of the right organization signs in. */
  readonly signInAt: string;
}

/** `GET /auth/start` of somebody whose organization has no application there. */
export function OtherAccountPage({ session, signInAt }: OtherAccountPageProps): VNode {
  const account = session?.user.email ?? session?.user.displayName ?? 'this account';
  return (
    <Page title="Another account is needed">
      <h1>Another account is needed</h1>
      <p role="alert">
        You are signed in as {account} of {session?.organization}, which does not have this application.
      </p>
      <ul class="choices">
        <li>
          <a class="button" href={signInAt}>
            Sign in with another account
          </a>
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

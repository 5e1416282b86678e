import type { SessionView } from '@rolecall/persistence';
import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface EndSessionPageProps {
  readonly session: SessionView;
  /** What the application asked for; it is checked again. */
  readonly fields: Readonly<Record<string, string | undefined>>;
}

/** `GET /op/session/end`. */
export function EndSessionPage({ session, fields }: EndSessionPageProps): VNode {
  const { email, displayName } = session.user;
  return (
    <Page title="Sign out?">
      <h1>Sign out?</h1>
      <p>
        You are signed in as {email ?? displayName ?? 'yourself'}. This signs you out of every application in this
        browser.
      </p>
      <form method="post" action="/op/session/end/confirm">
        {Object.entries(fields).map(
          ([name, value]) => value !== undefined && <input type="hidden" name={name} value={value} />,
        )}
        <button class="button" type="submit">
          Sign out
        </button>
      </form>
      <p class="actions">
        <a href="/">Stay signed in</a>
      </p>
    </Page>
  );
}

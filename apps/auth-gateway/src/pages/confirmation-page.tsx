import type { SessionView } from '@rolecall/persistence';
import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface ConfirmationPageProps {
  /** Display names. */
  readonly organization: string;
  readonly identityProvider: string;
  readonly handle: string;
  /** Whom this browser is signed in as, when it is not who would be signed in now; `organization` is a display name. */
  readonly other: Pick<SessionView, 'user' | 'organization'> | undefined;
}

/**
 * `GET /saml/confirm`: somebody comes from their identity provider without having asked here first. It names no person:
 * whoever made the browser come here must not learn one, nor give one a false name.
 */
export function ConfirmationPage({ organization, identityProvider, handle, other }: ConfirmationPageProps): VNode {
  return (
    <Page title={`Sign in to ${organization}`}>
      <h1>Sign in to {organization}?</h1>
      <p class="soft">
        You come from <strong>{identityProvider}</strong>. Continue only if you have just chosen to sign in from there.
      </p>
      {other && (
        <p class="alert" role="status">
          This browser is signed in to {other.organization} as{' '}
          {other.user.displayName ?? other.user.email ?? 'another user'}. Continuing ends that.
        </p>
      )}
      <form method="post" action="/saml/confirm">
        <input type="hidden" name="h" value={handle} />
        <button class="button" type="submit">
          Continue
        </button>
      </form>
      <p class="actions">
        <a href="/">Cancel</a>
      </p>
    </Page>
  );
}

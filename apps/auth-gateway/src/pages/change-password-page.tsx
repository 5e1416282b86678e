import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface ChangePasswordPageProps {
  /** In characters. */
  readonly minimumLength: number;
  /** What is wrong with which of the two. */
  readonly errors: { readonly present?: string; readonly wanted?: string };
}

/** `GET /account/password` */
export function ChangePasswordPage({ minimumLength, errors }: ChangePasswordPageProps): VNode {
  const error = errors.present ?? errors.wanted;
  return (
    <Page title={error === undefined ? 'Change your password' : 'Error: change your password'}>
      <h1>Change your password</h1>
      <p class="soft">You will be signed out everywhere else.</p>
      {error !== undefined && (
        <p class="alert" role="alert" id="error">
          {error}
        </p>
      )}
      <form class="credentials" method="post" action="/account/password">
        <label for="current">Present password</label>
        <input
          id="current"
          name="current"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          aria-invalid={errors.present === undefined ? undefined : true}
          aria-describedby={errors.present === undefined ? undefined : 'error'}
        />
        <label for="wanted">New password</label>
        <input
          id="wanted"
          name="wanted"
          type="password"
          autocomplete="new-password"
          required
          aria-invalid={errors.wanted === undefined ? undefined : true}
          aria-describedby={errors.wanted === undefined ? 'hint' : 'error hint'}
        />
        <p class="hint" id="hint">
          At least {minimumLength} characters. Several words that do not belong together are easy to remember.
        </p>
        <button class="button" type="submit">
          Change password
        </button>
      </form>
      <p class="actions">
        <a href="/account">Leave it</a>
      </p>
    </Page>
  );
}

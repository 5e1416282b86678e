import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface SetPasswordPageProps {
  readonly organization: string;
  /** For the password manager. */
  readonly address: string;
  /** SECRET: of the link, for this form alone. */
  readonly token: string;
  readonly minimumLength: number;
  readonly isInvitation: boolean;
  /** Of the organization, in our paths. */
  readonly name: string;
  /** Whether there is an identity provider: signing in there accepts an invitation too. */
  readonly otherWays: boolean;
  /** A sentence of the catalogue. */
  readonly error?: string | undefined;
}

/** `POST /link/opened`: somebody who was invited, or forgot the password, sets one. */
export function SetPasswordPage(props: SetPasswordPageProps): VNode {
  const { organization, address, token, minimumLength, isInvitation, name, otherWays, error } = props;
  const title = isInvitation ? `Welcome to ${organization}` : 'Set a new password';
  return (
    <Page title={error ? `Error: ${title}` : title}>
      <h1>{title}</h1>
      <p class="soft">
        {isInvitation
          ? 'Choose the password with which you will sign in.'
          : `For ${organization}. You will be signed out everywhere.`}
      </p>
      {error && (
        <p class="alert" role="alert" id="error">
          {error}
        </p>
      )}
      <form class="credentials" method="post" action="/link/password">
        <input type="hidden" name="token" value={token} />
        <label for="address">E-mail address</label>
        <input id="address" type="email" autocomplete="username" value={address} readonly />
        <label for="password">New password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="new-password"
          required
          autofocus
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? 'error hint' : 'hint'}
        />
        <p class="hint" id="hint">
          At least {minimumLength} characters. Several words that do not belong together are easy to remember.
        </p>
        <button class="button" type="submit">
          Set password
        </button>
      </form>
      {isInvitation && otherWays && (
        <p class="actions">
          <a href={`/login/${name}`}>Sign in with your company account instead</a>
        </p>
      )}
    </Page>
  );
}

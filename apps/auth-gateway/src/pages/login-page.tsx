import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface LoginPageProps {
  /** A destination that was allowed before. */
  readonly returnTo: string | undefined;
  /** A sentence of the catalogue. */
  readonly error: string | undefined;
}

/** `GET /login`: who are you with? */
export function LoginPage({ returnTo, error }: LoginPageProps): VNode {
  return (
    <Page title={error ? 'Error: sign in' : 'Sign in'}>
      <h1>Sign in</h1>
      <p class="soft">Use your work e-mail address. You continue at your company's own sign-in page.</p>
      {error && (
        <p class="alert" role="alert" id="error">
          {error}
        </p>
      )}
      <form method="post" action="/login">
        {returnTo && <input type="hidden" name="returnTo" value={returnTo} />}
        <label for="identifier">E-mail address or organization</label>
        <input
          id="identifier"
          name="identifier"
          type="text"
          inputMode="email"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={320}
          required
          autofocus
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? 'error hint' : 'hint'}
        />
        <p class="hint" id="hint">
          For example <span translate={false}>you@company.com</span> or your organization's name.
        </p>
        <button class="button" type="submit">
          Continue
        </button>
        <p class="actions">
          <button class="button quiet" type="submit" name="with" value="password">
            Use a password instead
          </button>
        </p>
      </form>
    </Page>
  );
}

import type { VNode } from 'preact';
import { Page } from './page.tsx';
import { RepairLink } from './repair-link.tsx';

export interface ChoicePageProps {
  readonly organization: string;
  /** Enabled identity providers; `href` starts the login. */
  readonly identityProviders: readonly { readonly displayName: string; readonly href: string }[];
  /** Present when somebody may sign in by a password: at the organization of this name. */
  readonly password: { readonly name: string; readonly address: string } | undefined;
  readonly returnTo: string | undefined;
  /** Where recovery admins can mend the ways to sign in; absent where there are none. */
  readonly repairAt: string | undefined;
  /** A sentence of the catalogue. */
  readonly error?: string | undefined;
  /** Something that went well. */
  readonly note?: string | undefined;
}

/** `GET /login/:org`: a button per enabled identity provider, which are links, and the form for a password. */
export function ChoicePage(props: ChoicePageProps): VNode {
  const { organization, identityProviders, password, repairAt, error, note } = props;
  return (
    <Page title={`${error ? 'Error: sign in' : 'Sign in'} to ${organization}`}>
      <h1>Sign in to {organization}</h1>
      {error && (
        <p class="alert" role="alert" id="error">
          {error}
        </p>
      )}
      {note && (
        <p class="note" role="status">
          {note}
        </p>
      )}
      {identityProviders.length === 0 && !password ? (
        <p class="alert" role="status">
          No sign-in is switched on for this organization. Ask your company's administrator.
        </p>
      ) : (
        <ul class="choices">
          {identityProviders.map(({ displayName, href }) => (
            <li key={href}>
              <a class="button" href={href}>
                Continue with {displayName}
              </a>
            </li>
          ))}
        </ul>
      )}
      {password && <PasswordForm {...props} {...password} alone={identityProviders.length === 0} />}
      <p class="actions">
        <a href="/login">Use another organization</a>
      </p>
      <RepairLink at={repairAt} />
    </Page>
  );
}

interface PasswordFormProps extends Pick<ChoicePageProps, 'returnTo' | 'error'> {
  readonly name: string;
  readonly address: string;
  /** Nothing else is offered. */
  readonly alone: boolean;
}

function PasswordForm({ name, address, alone, returnTo, error }: PasswordFormProps): VNode {
  const invalid = error ? { 'aria-invalid': true, 'aria-describedby': 'error' } : {};
  return (
    <form class="credentials" method="post" action={`/login/${name}/password`}>
      {!alone && <h2>Or with a password</h2>}
      {returnTo && <input type="hidden" name="returnTo" value={returnTo} />}
      <label for="address">E-mail address</label>
      <input
        id="address"
        name="address"
        type="email"
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        maxLength={320}
        value={address}
        required
        {...invalid}
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        autofocus={error !== undefined}
        {...invalid}
      />
      <button class={alone ? 'button' : 'button quiet'} type="submit">
        Sign in
      </button>
      <p class="actions">
        <a href={`/login/${name}/forgot`}>Forgot your password?</a>
      </p>
    </form>
  );
}

import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface RememberedPageProps {
  readonly organization: string;
  readonly identityProvider: string;
  /** Starts the login. */
  readonly href: string;
  /** A destination that was allowed before. */
  readonly returnTo: string | undefined;
}

/** `GET /login` in a browser that signed in before: the same again, or another. It never goes on by itself. */
export function RememberedPage({ organization, identityProvider, href, returnTo }: RememberedPageProps): VNode {
  return (
    <Page title="Sign in">
      <h1>Sign in</h1>
      <p class="soft">This browser was signed in here before.</p>
      <ul class="choices">
        <li>
          <a class="button" href={href}>
            Continue with {organization} ({identityProvider})
          </a>
        </li>
        <li>
          <form method="post" action="/login/forget">
            {returnTo && <input type="hidden" name="returnTo" value={returnTo} />}
            <button class="button quiet" type="submit">
              Use another organization
            </button>
          </form>
        </li>
      </ul>
    </Page>
  );
}

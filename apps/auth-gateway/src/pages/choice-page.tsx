import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface ChoicePageProps {
  readonly organization: string;
  /** Enabled identity providers; `href` starts the login. */
  readonly identityProviders: readonly { readonly displayName: string; readonly href: string }[];
}

/** `GET /login/:org`: one button per enabled identity provider. They are links, so no form policy stands in their way. */
export function ChoicePage({ organization, identityProviders }: ChoicePageProps): VNode {
  return (
    <Page title={`Sign in to ${organization}`}>
      <h1>Sign in to {organization}</h1>
      {identityProviders.length === 0 ? (
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
      <p class="actions">
        <a href="/login">Use another organization</a>
      </p>
    </Page>
  );
}

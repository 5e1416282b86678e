import type { VNode } from 'preact';
import { Page } from './page.tsx';

/** `POST /link/opened`: an invitation of an organization whose people sign in at its identity provider alone. */
export function InvitedPage({ name, organization }: { readonly name: string; readonly organization: string }): VNode {
  return (
    <Page title={`Welcome to ${organization}`}>
      <h1>Welcome to {organization}</h1>
      <p>You need no password here: you sign in with your company account.</p>
      <a class="button" href={`/login/${name}`}>
        Continue at your company's sign-in
      </a>
    </Page>
  );
}

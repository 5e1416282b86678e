import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface TestLinkPageProps {
  /** Display names. */
  readonly organization: string;
  readonly identityProvider: string;
  /** Of the link, unverified but open. */
  readonly token: string;
}

/** `GET /sso/test/:org/:idp?link=`: what the test does and who will see what of it, before anything happens. */
export function TestLinkPage({ organization, identityProvider, token }: TestLinkPageProps): VNode {
  return (
    <Page title={`Test ${identityProvider}`}>
      <h1>
        Test {identityProvider} for {organization}
      </h1>
      <p>You sign in as usual. Nothing is changed, no account is made, and you are not signed in here afterwards.</p>
      <p class="soft">
        You will see everything that your company's sign-in says of you. The administrators who sent you this link will
        see for half an hour whether it worked, and those of your groups and attributes that decide about roles; not
        your name or address.
      </p>
      <form method="post">
        <input type="hidden" name="link" value={token} />
        <button class="button" type="submit">
          Start the test
        </button>
      </form>
    </Page>
  );
}

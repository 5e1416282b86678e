import type { VNode } from 'preact';
import { Page } from './page.tsx';

interface ForgotPageProps {
  /** Of the organization, in our paths. */
  readonly name: string;
  readonly organization: string;
}

/** `GET /login/:org/forgot` */
export function ForgotPage({ name, organization }: ForgotPageProps): VNode {
  return (
    <Page title="Forgot your password?">
      <h1>Forgot your password?</h1>
      <p class="soft">We send you a link by which you can set a new one for {organization}.</p>
      <form class="credentials" method="post" action={`/login/${name}/forgot`}>
        <label for="address">E-mail address</label>
        <input
          id="address"
          name="address"
          type="email"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={320}
          required
          autofocus
        />
        <button class="button" type="submit">
          Send link
        </button>
      </form>
      <p class="actions">
        <a href={`/login/${name}`}>Back to sign-in</a>
      </p>
    </Page>
  );
}

/** `POST /login/:org/forgot`: the same for everybody. */
export function ForgotSentPage({ name, organization }: ForgotPageProps): VNode {
  return (
    <Page title="Look into your mailbox">
      <h1>Look into your mailbox</h1>
      <p role="status">
        If you can sign in to {organization} with a password, an e-mail with a link is on its way. The link works once,
        for half an hour.
      </p>
      <p class="soft">
        Nothing there after a few minutes? Look under spam, or ask your company's administrator how you sign in.
      </p>
      <p class="actions">
        <a href={`/login/${name}`}>Back to sign-in</a>
      </p>
    </Page>
  );
}

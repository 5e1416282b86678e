import type { VNode } from 'preact';
import { Page } from './page.tsx';

/** Where a sign-out has reached: the identity provider as well, or it was asked and does not say, or here alone. */
export type SignedOut = 'everywhere' | 'asked' | 'here';

const SENTENCES: Readonly<Record<SignedOut, string>> = {
  everywhere: "Your session at your company's sign-in has ended too.",
  asked: "Your company's sign-in was asked to sign you out as well.",
  here: "Your company's sign-in may still have a session: on a shared computer, sign out there as well.",
};

/** `GET /logged-out`: what has ended, and what may not have. */
export function LoggedOutPage({ signedOut }: { readonly signedOut: SignedOut }): VNode {
  return (
    <Page title="Signed out">
      <h1>{signedOut === 'here' ? 'You are signed out here' : 'You are signed out'}</h1>
      <p role="status">{SENTENCES[signedOut]}</p>
      <a class="button" href="/login">
        Sign in again
      </a>
    </Page>
  );
}

import type { VNode } from 'preact';
import { Page } from './page.tsx';

/** `GET /logged-out`: what has ended, and what may not have. */
export function LoggedOutPage({ everywhere }: { readonly everywhere: boolean }): VNode {
  return (
    <Page title="Signed out">
      <h1>{everywhere ? 'You are signed out' : 'You are signed out here'}</h1>
      <p role="status">
        {everywhere
          ? "Your session at your company's sign-in has ended too."
          : "Your company's sign-in may still have a session: on a shared computer, sign out there as well."}
      </p>
      <a class="button" href="/login">
        Sign in again
      </a>
    </Page>
  );
}

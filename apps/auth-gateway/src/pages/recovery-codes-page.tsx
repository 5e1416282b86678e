import type { VNode } from 'preact';
import { Page } from './page.tsx';

/** SECRET: shown by the page that follows their making, and not again. */
export function RecoveryCodesPage({ codes }: { readonly codes: readonly string[] }): VNode {
  return (
    <Page title="Your recovery codes">
      <h1>Your recovery codes</h1>
      <p class="note">Keep them now: they are shown only once.</p>
      <p>
        Each signs you in once in place of the app, when you do not have it at hand. Print them, or keep them where you
        keep passwords.
      </p>
      <ol class="codes" translate={false}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <p class="actions">
        <a class="button" href="/account/second-factor">
          I have kept them
        </a>
      </p>
    </Page>
  );
}

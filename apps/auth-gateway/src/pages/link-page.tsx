import { hash } from 'node:crypto';
import type { VNode } from 'preact';
import { Page } from './page.tsx';

/**
 * Takes the token out of the address, so that it stays in no history, and goes on with it; also when the address changes while the page
 * is open, since a browser loads nothing then.
 */
const TAKE =
  "function t(){if(location.hash.length>1){var f=document.forms[0];f.token.value=location.hash.slice(1);history.replaceState(null,'',location.pathname);f.submit()}}addEventListener('hashchange',t);t()";

/** What the page's Content-Security-Policy allows as script: this text and nothing else. */
export const LINK_SCRIPT = `'sha256-${hash('sha256', TAKE, 'base64')}'`;

/** `GET /link`: where the links of our mails lead. Send it with `script: LINK_SCRIPT`. */
export function LinkPage(): VNode {
  return (
    <Page title="Continue from your e-mail">
      <h1>Continue from your e-mail</h1>
      <p class="soft">If nothing happens by itself, copy the link of the e-mail into this field.</p>
      <form class="credentials" method="post" action="/link/opened">
        <label for="token">Link</label>
        <input
          id="token"
          name="token"
          type="text"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={1000}
          required
          aria-describedby="hint"
        />
        <p class="hint" id="hint">
          All of it, or the code behind the sign #.
        </p>
        <button class="button" type="submit">
          Continue
        </button>
      </form>
      <script dangerouslySetInnerHTML={{ __html: TAKE }} />
    </Page>
  );
}

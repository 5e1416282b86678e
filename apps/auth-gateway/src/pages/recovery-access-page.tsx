import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface RecoveryAccessPageProps {
  /** As the address of the page named it: unverified, a value to start with. */
  readonly organization: string;
  /** A recovery session ended. */
  readonly ended: boolean;
}

/** `GET /recovery-access`: the way in when single sign-on is broken. */
export function RecoveryAccessPage({ organization, ended }: RecoveryAccessPageProps): VNode {
  return (
    <Page title="Recovery access">
      <h1>Recovery access</h1>
      {ended && (
        <p class="note" role="status">
          Your recovery session has ended. Ask for a new link if there is more to repair.
        </p>
      )}
      <p>
        For recovery admins, when single sign-on of your organization is broken. You get a link by e-mail that works
        once, for 15 minutes. The other recovery admins are told.
      </p>
      <form method="post" action="/recovery-access">
        <label for="address">Your e-mail address</label>
        <input id="address" name="address" type="email" autocomplete="email" maxLength={320} required autofocus />
        <label for="organization">Organization</label>
        <input
          id="organization"
          name="organization"
          type="text"
          autocapitalize="none"
          spellcheck={false}
          maxLength={63}
          value={organization}
          aria-describedby="organization-hint"
        />
        <p class="hint" id="organization-hint">
          Its login name, as in /login/<span translate={false}>acme</span>. Leave it empty when your address is of your
          organization's own domain.
        </p>
        <button class="button" type="submit">
          Send me a link
        </button>
      </form>
      <p class="actions">
        <a href="/login">Back to sign-in</a>
      </p>
    </Page>
  );
}

/** What everybody sees who asked, whoever it was. */
export function RecoverySentPage(): VNode {
  return (
    <Page title="Look into your mailbox">
      <h1>Look into your mailbox</h1>
      <p>
        If this address is a recovery admin of the organization, a link is on its way. It works once, for 15 minutes.
      </p>
      <p class="soft">
        Where your organization asks for two persons, another recovery admin gets a mail first and has to confirm. No
        mail after some minutes? Check the address and the name of the organization, and ask once more.
      </p>
      <a class="button quiet" href="/recovery-access">
        Ask once more
      </a>
    </Page>
  );
}

/** @param sent whether this sent the link, or somebody else's yes had sent one that is good */
export function RecoveryConfirmedPage({ sent }: { readonly sent: boolean }): VNode {
  return (
    <Page title="Confirmed">
      <h1>Confirmed</h1>
      <p>
        {sent
          ? 'The recovery admin who asked gets the link now. You need do nothing more.'
          : 'The recovery admin who asked has a link already, which stays good. You need do nothing more.'}
      </p>
    </Page>
  );
}

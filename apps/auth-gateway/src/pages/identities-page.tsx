import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface IdentitiesPageProps {
  readonly identities: readonly {
    readonly name: string;
    readonly displayName: string;
    readonly email: string | undefined;
    /** An account of the user's own, which can be taken away here. */
    readonly own: boolean;
  }[];
  /** Identity providers whose accounts may be linked and are not. */
  readonly linkable: readonly { readonly name: string; readonly displayName: string }[];
  /** Signed in just now; otherwise nothing can be changed. */
  readonly fresh: boolean;
  /** The organization's login name. */
  readonly signInAt: string;
}

/** `GET /account/identities`: by which accounts this user may sign in. */
export function IdentitiesPage({ identities, linkable, fresh, signInAt }: IdentitiesPageProps): VNode {
  const changeable = linkable.length > 0 || identities.some(({ own }) => own);
  return (
    <Page title="Ways to sign in">
      <h1>Ways to sign in</h1>
      <p class="soft">
        {identities.length > 0
          ? 'You can sign in here with these accounts.'
          : 'No account elsewhere signs you in here.'}
        {!changeable && ' There is none of your own that your organization lets you link.'}
      </p>
      <dl class="about">
        {identities.map(({ name, displayName, email, own }) => (
          <div key={name}>
            <dt>{displayName}</dt>
            <dd>
              {email ?? 'Linked'}
              {own && fresh && <Change to="unlink" name={name} label={`Unlink ${displayName}`} quiet />}
            </dd>
          </div>
        ))}
      </dl>
      {fresh &&
        linkable.map((it) => <Change to="link" name={it.name} label={`Link ${it.displayName}`} key={it.name} />)}
      {changeable && !fresh && (
        <p class="note">
          To change something, <a href={`/login/${signInAt}`}>sign in again</a>, then come back to this page.
        </p>
      )}
      <p class="actions">
        <a href="/account">Your account</a>
      </p>
    </Page>
  );
}

interface ChangeProps {
  readonly to: 'link' | 'unlink';
  readonly name: string;
  readonly label: string;
  readonly quiet?: boolean;
}

function Change({ to, name, label, quiet }: ChangeProps): VNode {
  return (
    <form class="actions" method="post" action={`/account/identities/${to}`}>
      <input type="hidden" name="idp" value={name} />
      <button class={quiet ? 'button quiet' : 'button'} type="submit">
        {label}
      </button>
    </form>
  );
}

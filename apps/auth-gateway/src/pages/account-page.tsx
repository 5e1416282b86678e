import type { ComponentChildren, VNode } from 'preact';
import { Page } from './page.tsx';

export interface AccountPageProps {
  readonly name: string;
  readonly email: string | undefined;
  /** Its display name. */
  readonly organization: string;
  /** The company's directory says who the user is. */
  readonly managed: boolean;
  /** Absent when the user has none, or may use none; `isNew`: changed just now. */
  readonly password: { readonly totp: boolean; readonly isNew: boolean } | undefined;
  readonly identities: readonly { readonly displayName: string; readonly email: string | undefined }[];
  /** There are accounts of the user's own to link or unlink. */
  readonly linking: boolean;
  readonly grants: readonly { readonly scope: string; readonly role: string; readonly from: readonly string[] }[];
  readonly groups: readonly { readonly group: string; readonly from: readonly string[] }[];
  readonly sessions: readonly ShownSession[];
}

interface ShownSession {
  readonly id: string;
  /** By what it was opened. */
  readonly by: string;
  /** A short name. */
  readonly browser: string;
  readonly openedAt: Date;
  readonly lastSeenAt: Date;
  /** Of this browser. */
  readonly current: boolean;
}

/** `GET /account`: who am I, what may I do and why, where am I signed in. */
export function AccountPage(props: AccountPageProps): VNode {
  const { name, email, organization, managed, password, identities, linking, grants, groups, sessions } = props;
  return (
    <Page title="Your account" wide>
      <h1>{name}</h1>
      {password?.isNew && (
        <p class="note" role="status">
          Your password is changed. You are signed out everywhere else.
        </p>
      )}
      <dl class="about">
        {email !== undefined && email !== name && <Fact term="E-mail">{email}</Fact>}
        <Fact term="Organization">{organization}</Fact>
        {managed && <Fact term="Managed by">the directory of your company</Fact>}
      </dl>

      <h2>Ways to sign in</h2>
      <dl class="about">
        {identities.map(({ displayName, email: known }) => (
          <Fact term={displayName} key={displayName}>
            {known ?? 'Linked'}
          </Fact>
        ))}
        {password && (
          <Fact term="Password">{password.totp ? 'With an authenticator app' : 'Without an authenticator app'}</Fact>
        )}
      </dl>
      <ul class="links">
        {password && (
          <>
            <li>
              <a href="/account/password">Change password</a>
            </li>
            <li>
              <a href="/account/second-factor">Second factor</a>
            </li>
          </>
        )}
        {linking && (
          <li>
            <a href="/account/identities">Link or unlink accounts</a>
          </li>
        )}
      </ul>

      <h2>Your roles</h2>
      <Held rows={grants.map(({ scope, role, from }) => ({ what: role, on: scope, from }))} />
      {groups.length > 0 && (
        <>
          <h2>Your groups</h2>
          <Held rows={groups.map(({ group, from }) => ({ what: group, from }))} />
        </>
      )}

      <h2>Where you are signed in</h2>
      <ul class="entries">
        {sessions.map((session) => (
          <Session {...session} key={session.id} />
        ))}
      </ul>
      {sessions.length > 1 && (
        <form class="actions" method="post" action="/account/sessions/end-others">
          <button class="button quiet" type="submit">
            Sign out everywhere else
          </button>
        </form>
      )}
      <form class="actions" method="post" action="/logout">
        <button class="button quiet" type="submit">
          Sign out
        </button>
      </form>
    </Page>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }): VNode {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface HeldRow {
  readonly what: string;
  readonly on?: string;
  readonly from: readonly string[];
}

function Held({ rows }: { readonly rows: readonly HeldRow[] }): VNode {
  if (rows.length === 0) return <p class="soft">None.</p>;
  return (
    <ul class="entries">
      {rows.map(({ what, on, from }) => (
        <li key={`${what} ${on ?? ''}`}>
          <p>
            <span class="chip">{what}</span>
            {on !== undefined && (
              <>
                {' on '}
                <code>{on}</code>
              </>
            )}
          </p>
          <p class="soft">{from.join('; ')}</p>
        </li>
      ))}
    </ul>
  );
}

function Session({ id, by, browser, openedAt, lastSeenAt, current }: ShownSession): VNode {
  return (
    <li>
      <p>
        {browser}
        {current && <strong> – this browser</strong>}
      </p>
      <p class="soft">
        {by}, since <Time at={openedAt} />, last used <Time at={lastSeenAt} />
      </p>
      {!current && (
        <form method="post" action="/account/sessions/end">
          <input type="hidden" name="session" value={id} />
          <button class="button quiet small" type="submit" aria-label={`Sign out ${browser}, since ${shown(openedAt)}`}>
            Sign out there
          </button>
        </form>
      )}
    </li>
  );
}

function Time({ at }: { readonly at: Date }): VNode {
  return <time dateTime={at.toISOString()}>{shown(at)}</time>;
}

const SHOWN = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** `22 Nov 2026, 11:32 UTC` */
function shown(at: Date): string {
  return `${SHOWN.format(at)} UTC`;
}

import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface AccountsPageProps {
  /** The address of the account that is open. */
  readonly current: string | undefined;
  readonly accounts: readonly {
    readonly userId: string;
    readonly email: string | undefined;
    readonly name: string | undefined;
  }[];
  /** Where the open account goes on to. */
  readonly goOn: string;
}

/** `GET /accounts`: which of the person's accounts? */
export function AccountsPage({ current, accounts, goOn }: AccountsPageProps): VNode {
  return (
    <Page title="Which account?">
      <h1>Which account?</h1>
      <p class="soft">You have several accounts here.</p>
      <ul class="choices">
        <li>
          <a class="button" href={goOn}>
            Continue as {current ?? 'yourself'}
          </a>
        </li>
        {accounts.map(({ userId, email, name }) => (
          <li key={userId}>
            <form method="post" action="/accounts">
              <input type="hidden" name="user" value={userId} />
              <button class="button quiet" type="submit">
                Open {email ?? name ?? 'another account'}
              </button>
            </form>
          </li>
        ))}
      </ul>
    </Page>
  );
}

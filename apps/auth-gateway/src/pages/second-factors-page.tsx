import type { VNode } from 'preact';
import { CodeField } from './code-field.tsx';
import { Page } from './page.tsx';

export interface SecondFactorsPageProps {
  readonly totp: boolean;
  /** How many are left. */
  readonly recoveryCodes: number;
  /** Without an app, a code is mailed at each sign-in. */
  readonly required: boolean;
  /** Signed in just now; otherwise nothing can be changed. */
  readonly fresh: boolean;
  /** The organization's login name. */
  readonly signInAt: string;
  /** A sentence of the catalogue. */
  readonly error?: string | undefined;
}

/** `GET /account/second-factor`: what is asked for after the password. */
export function SecondFactorsPage(props: SecondFactorsPageProps): VNode {
  const { totp, fresh, signInAt, error } = props;
  return (
    <Page title={error ? 'Error: second factor' : 'Second factor'}>
      <h1>Second factor</h1>
      {error && (
        <p class="alert" role="alert" id="error">
          {error}
        </p>
      )}
      <p>{stateInWords(props)}</p>
      {!fresh && (
        <p class="note">
          To change something, <a href={`/login/${signInAt}`}>sign in again</a>, then come back to this page.
        </p>
      )}
      {fresh && !totp && (
        <form class="actions" method="post" action="/account/second-factor/enrol">
          <button class="button" type="submit">
            Set up an authenticator app
          </button>
        </form>
      )}
      {fresh && totp && <Changes {...props} />}
      <p class="actions">
        <a href="/account">Your account</a>
      </p>
    </Page>
  );
}

function stateInWords({ totp, recoveryCodes, required }: SecondFactorsPageProps): string {
  if (!totp && required) return 'After your password you are asked for a code that is sent to you by e-mail.';
  if (!totp) return 'You sign in with your password alone. An authenticator app keeps others out who know it.';
  const left = recoveryCodes === 1 ? 'One recovery code is left.' : `${recoveryCodes} recovery codes are left.`;
  return `After your password you are asked for a code of your authenticator app. ${left}`;
}

const HINT = 'The six digits that the app shows now, or a recovery code.';

function Changes({ error }: Pick<SecondFactorsPageProps, 'error'>): VNode {
  const isWrong = error !== undefined;
  return (
    <>
      <h2>New recovery codes</h2>
      <form class="credentials" method="post" action="/account/second-factor/codes">
        <CodeField id="for-codes" label="Code" hint={`${HINT} The codes that you have end.`} isWrong={isWrong} />
        <button class="button quiet" type="submit">
          Make new recovery codes
        </button>
      </form>
      <h2>Remove the app</h2>
      <form class="credentials" method="post" action="/account/second-factor/remove">
        <CodeField id="for-removal" label="Code" hint={`${HINT} The recovery codes go with it.`} isWrong={isWrong} />
        <button class="button quiet" type="submit">
          Remove the authenticator app
        </button>
      </form>
    </>
  );
}

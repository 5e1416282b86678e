import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface SecondFactorPageProps {
  readonly factor: 'totp' | 'email_code';
  readonly triesLeft: number;
  /** Of the organization, in our paths. */
  readonly name: string;
  /** A sentence of the catalogue. */
  readonly error?: string | undefined;
}

const ASKED = {
  totp: {
    hint: 'The six digits that your authenticator app shows now. Without it, use one of your recovery codes.',
    inputMode: 'text',
  },
  email_code: {
    hint: 'We have sent you an e-mail with eight digits. They are good for ten minutes.',
    inputMode: 'numeric',
  },
} as const;

/** `GET /login/:org/second-factor`: the password was right, and there is more to show. */
export function SecondFactorPage({ factor, triesLeft, name, error }: SecondFactorPageProps): VNode {
  const { hint, inputMode } = ASKED[factor];
  const action = `/login/${name}/second-factor`;
  return (
    <Page title={error ? 'Error: confirm that it is you' : 'Confirm that it is you'}>
      <h1>Confirm that it is you</h1>
      {error && (
        <p class="alert" role="alert" id="error">
          {error} {triesLeft === 1 ? 'You can try once more.' : `You can try ${triesLeft} more times.`}
        </p>
      )}
      <form class="credentials" method="post" action={action}>
        <label for="code">Code</label>
        <input
          id="code"
          name="code"
          type="text"
          inputMode={inputMode}
          autocomplete="one-time-code"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={40}
          required
          autofocus
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? 'error hint' : 'hint'}
        />
        <p class="hint" id="hint">
          {hint}
        </p>
        <button class="button" type="submit">
          Continue
        </button>
      </form>
      {factor === 'email_code' && (
        <form class="actions" method="post" action={action}>
          <button class="button quiet" type="submit" name="again" value="1">
            Send another code
          </button>
        </form>
      )}
      <p class="actions">
        <a href={`/login/${name}`}>Start again</a>
      </p>
    </Page>
  );
}

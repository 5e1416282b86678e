import type { VNode } from 'preact';
import { CodeField } from './code-field.tsx';
import { Page } from './page.tsx';
import { QrCode } from './qr-code.tsx';

export interface EnrolPageProps {
  /** SECRET: shown by the page that follows its making, and not again. */
  readonly seed?: { readonly secret: string; readonly uri: string };
  /** A sentence of the catalogue. */
  readonly error?: string | undefined;
}

/** An authenticator app is set up, and shows by a code that it is. */
export function EnrolPage({ seed, error }: EnrolPageProps): VNode {
  return (
    <Page title={error ? 'Error: set up an authenticator app' : 'Set up an authenticator app'}>
      <h1>Set up an authenticator app</h1>
      {error && (
        <p class="alert" role="alert" id="error">
          {error}
        </p>
      )}
      {seed && (
        <>
          <p>Scan this with the app, or type the key into it. Both are shown only now.</p>
          <QrCode text={seed.uri} label="QR code of the key below" />
          <p>
            <strong>Key</strong>
            <br />
            <code id="secret" translate={false}>
              {inGroups(seed.secret)}
            </code>
          </p>
        </>
      )}
      <form class="credentials" method="post" action="/account/second-factor/confirm">
        <CodeField
          id="code"
          label="Code"
          hint="The six digits that the app shows now. It is asked for when you sign in, once this was right."
          isWrong={error !== undefined}
          autofocus={error !== undefined}
        />
        <button class="button" type="submit">
          Confirm
        </button>
      </form>
      {!seed && (
        <form class="actions" method="post" action="/account/second-factor/enrol">
          <button class="button quiet" type="submit">
            Start again with a new key
          </button>
        </form>
      )}
      <p class="actions">
        <a href="/account/second-factor">Leave it</a>
      </p>
    </Page>
  );
}

/** Four by four, as people read such a thing; apps take it with the spaces. */
function inGroups(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
}

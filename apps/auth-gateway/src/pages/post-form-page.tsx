import { hash } from 'node:crypto';
import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface PostFormPageProps {
  readonly title: string;
  /** Where the form goes: an address of the identity provider, checked by libs/saml. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

const SUBMIT = 'document.forms[0].submit()';

/** What the page's Content-Security-Policy allows as script: this text and nothing else. */
export const SUBMIT_SCRIPT = `'sha256-${hash('sha256', SUBMIT, 'base64')}'`;

/**
 * A message of the HTTP-POST binding on its way to the identity provider (Bindings 3.5.3): a form that submits itself, with
 * a button for browsers without JavaScript. Send it with `script: SUBMIT_SCRIPT`.
 */
export function PostFormPage({ title, action, fields }: PostFormPageProps): VNode {
  return (
    <Page title={title}>
      <h1>{title}</h1>
      <p class="soft">Going on to your company's sign-in …</p>
      <form class="actions" method="post" action={action}>
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button class="button" type="submit">
          Continue
        </button>
      </form>
      <script dangerouslySetInnerHTML={{ __html: SUBMIT }} />
    </Page>
  );
}

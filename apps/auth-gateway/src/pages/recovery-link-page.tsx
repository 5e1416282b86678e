import type { VNode } from 'preact';
import { Page } from './page.tsx';

const SAID = {
  recovery: {
    title: 'Recovery access',
    text: 'This opens the repair of the single sign-on of your organization, for half an hour. The link works once.',
    action: '/recovery-access/open',
    button: 'Open recovery access',
  },
  'recovery-confirm': {
    title: 'Confirm recovery access',
    text: 'Somebody asks for recovery access to your organization. Confirm only when you know who, and why.',
    action: '/recovery-access/confirm',
    button: 'Confirm',
  },
} as const;

interface RecoveryLinkPageProps {
  readonly purpose: keyof typeof SAID;
  /** SECRET: of the link, for this form alone. */
  readonly token: string;
}

/** `POST /link/opened`: what a link of recovery access does when its form is sent. */
export function RecoveryLinkPage({ purpose, token }: RecoveryLinkPageProps): VNode {
  const { title, text, action, button } = SAID[purpose];
  return (
    <Page title={title}>
      <h1>{title}</h1>
      <p>{text}</p>
      <form class="actions" method="post" action={action}>
        <input type="hidden" name="token" value={token} />
        <button class="button" type="submit">
          {button}
        </button>
      </form>
    </Page>
  );
}

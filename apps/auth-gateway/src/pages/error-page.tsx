import type { VNode } from 'preact';
import { Page } from './page.tsx';

export interface ErrorPageProps {
  readonly title: string;
  /** One sentence for the user, of the catalogue. */
  readonly sentence: string;
  /** What an administrator searches for. */
  readonly traceId: string;
  /** Offer to start again, where that can help. */
  readonly retry: boolean;
}

/** What a user sees when something failed: one sentence, who to ask, and the trace id. Nothing else leaves the server. */
export function ErrorPage({ title, sentence, traceId, retry }: ErrorPageProps): VNode {
  return (
    <Page title={title}>
      <h1>{title}</h1>
      <p role="alert">{sentence}</p>
      {retry && (
        <a class="button" href="/login">
          Back to sign-in
        </a>
      )}
      <dl class="reference">
        <dt>Reference for your administrator</dt>
        <dd>
          <code>{traceId}</code>
        </dd>
      </dl>
    </Page>
  );
}

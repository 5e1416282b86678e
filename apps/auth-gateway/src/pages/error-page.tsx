import type { VNode } from 'preact';
import { Page } from './page.tsx';
import { RepairLink } from './repair-link.tsx';

export interface ErrorPageProps {
  readonly title: string;
  /** One sentence for the user, of the catalogue. */
  readonly sentence: string;
  /** What an administrator searches for. */
  readonly traceId: string;
  /** Whether starting again can help; if not, the way back is offered without stress. */
  readonly retry: boolean;
  /** Where the user can start anew; the sign-in page when it is absent. */
  readonly startAt?: string | undefined;
  /** Where recovery admins can mend it; absent when they can't. */
  readonly repairAt?: string | undefined;
  /** URL of the gateway, where the page is shown at another origin. */
  readonly base?: string | undefined;
}

/** What a user sees when something failed: one sentence, who to ask, a way on, and the trace id. Nothing else leaves the server. */
export function ErrorPage({ title, sentence, traceId, retry, startAt, repairAt, base }: ErrorPageProps): VNode {
  return (
    <Page title={title} base={base}>
      <h1>{title}</h1>
      <p role="alert">{sentence}</p>
      <a class={retry ? 'button' : 'button quiet'} href={startAt ?? '/login'}>
        {startAt ? 'Sign in here' : 'Back to sign-in'}
      </a>
      <RepairLink at={repairAt} />
      <TraceId traceId={traceId}>Your administrator needs it to see what happened.</TraceId>
    </Page>
  );
}

/** What an administrator searches for, under the name that it has everywhere, and what it is for. */
export function TraceId({ traceId, children }: { readonly traceId: string; readonly children: string }): VNode {
  return (
    <dl class="reference">
      <dt>Trace id</dt>
      <dd>
        <code>{traceId}</code>
      </dd>
      <dd>{children}</dd>
    </dl>
  );
}

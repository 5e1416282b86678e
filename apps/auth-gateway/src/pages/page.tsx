import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { ICON, STYLESHEET } from './assets.ts';

export interface PageProps {
  /** Shown in the browser's tab, before the product's name. */
  readonly title: string;
  /** Tables need more room than a form. */
  readonly wide?: boolean;
  /** URL of the gateway, for a page that is shown at another origin. */
  readonly base?: string | undefined;
  readonly children: ComponentChildren;
}

/** The frame of every page: landmarks, language, no script. Text is escaped by preact, also what comes from an IdP. */
export function Page({ title, wide, base = '', children }: PageProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · Rolecall`}</title>
        <link rel="icon" type="image/svg+xml" href={base + ICON.href} />
        <link rel="stylesheet" href={base + STYLESHEET.href} />
      </head>
      <body>
        <header>
          <a class="brand" href={`${base}/`}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M4 6.5l1.8 1.8L9 5M4 13.5l1.8 1.8L9 12M13 7h7M13 14h7M4 20h16" />
            </svg>
            Rolecall
          </a>
        </header>
        <main class={wide ? 'wide' : undefined}>{children}</main>
        <footer>Single sign-on</footer>
      </body>
    </html>
  );
}

/** A whole HTML document. */
export function renderPage(page: VNode): string {
  return `<!doctype html>${renderToString(page)}`;
}

import type { Provider, Type } from '@nestjs/common';

/**
 * Limits that count one client: who begins a sign-in somewhere else, who says who they are (a POST; its pages are free), and who
 * comes back with an answer.
 */
export const DOORS = ['start', 'identify', 'answer', 'application'] as const;

export type Door = (typeof DOORS)[number];

/** How long a form may be, by what it holds: fields of a page, logout tokens, logout messages, SAML responses, pasted metadata. */
export const FORM_LIMITS = ['8kb', '32kb', '200kb', '400kb', '800kb'] as const;

/** What one area of the gateway brings along: `area.ts` of its folder. `AppModule` puts them together. */
export interface Area {
  readonly controllers: readonly Type[];
  readonly providers?: readonly Provider[];
  /** Routes whose requests are counted before anything of them is read (security-checklist.md 30). What applications ask at each of their requests has none. */
  readonly doors?: Readonly<Partial<Record<Door, readonly string[]>>>;
  /** Routes that read the form of a POST; every other body is never looked at. */
  readonly forms?: Readonly<Partial<Record<(typeof FORM_LIMITS)[number], readonly string[]>>>;
}

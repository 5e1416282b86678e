import type { MailData, MailKind } from '@rolecall/persistence';
import type { Message, Part } from '../frame.ts';

/** Of which organization a message speaks, and where its pages are. Both URLs come from the configuration. */
export interface About {
  /** Its display name, one plain line. */
  readonly organization: string;
  /** `<gateway>/login/<name>` */
  readonly signInUrl: string;
}

/** What a kind of mail says: data in, message out. */
export type MessageOf<K extends MailKind> = (data: MailData[K], about: About) => Message;

/** A link that works by a click, or by the code behind its `#` where there is no script. */
export function linkParts(label: string, url: string): readonly Part[] {
  const code = url.split('#')[1];
  const small = 'Nothing happens before you press the button on the page that opens.';
  const byHand = code === undefined ? '' : ' If that page asks for a code, it is what stands behind # in the link.';
  return [{ button: { label, url } }, { small: `${small}${byHand}` }];
}

const WHEN = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** `22 November 2026 at 11:32 UTC`; the text itself when it is no time. */
export function when(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${WHEN.format(time)} UTC`;
}

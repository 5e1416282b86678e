import type { MailData, MailKind, OutgoingMail } from '@rolecall/persistence';
import { inFrame } from '../frame.ts';
import type { Composed, Message } from '../frame.ts';
import { MailError } from '../mailer.ts';
import { oneLine } from '../one-line.ts';
import { emailCode } from './email-code.ts';
import { identityChanged } from './identity-changed.ts';
import { invitation } from './invitation.ts';
import type { About, MessageOf } from './message.ts';
import { newDevice } from './new-device.ts';
import { passwordChanged } from './password-changed.ts';
import { passwordReset } from './password-reset.ts';
import { recoveryAnnounced } from './recovery-announced.ts';
import { recoveryConfirm } from './recovery-confirm.ts';
import { recoveryLink } from './recovery-link.ts';
import { rolesChanged } from './roles-changed.ts';
import { secondFactorChanged } from './second-factor-changed.ts';
import { secondFactorOff } from './second-factor-off.ts';
import { ssoEnforced } from './sso-enforced.ts';
import { ssoOff } from './sso-off.ts';

const MESSAGES: { readonly [K in MailKind]: MessageOf<K> } = {
  invitation,
  'password-reset': passwordReset,
  'password-changed': passwordChanged,
  'email-code': emailCode,
  'recovery-link': recoveryLink,
  'recovery-announced': recoveryAnnounced,
  'recovery-confirm': recoveryConfirm,
  'new-device': newDevice,
  'roles-changed': rolesChanged,
  'identity-changed': identityChanged,
  'second-factor-changed': secondFactorChanged,
  'second-factor-off': secondFactorOff,
  'sso-enforced': ssoEnforced,
  'sso-off': ssoOff,
};

/** Whose mail it is: what a snapshot of the organization says. */
export interface Sender {
  /** Its login name. */
  readonly name: string;
  readonly displayName: string;
}

/** Whether this version of the program can write it. */
export function isKnownKind(kind: string): kind is MailKind {
  return Object.hasOwn(MESSAGES, kind);
}

/**
 * A mail of the outbox, in its organization's name. Links lead to `gatewayUrl`, which the configuration says, and nowhere else.
 * @throws MailError `invalid_mail` for a link to another host (security.md 43)
 */
export function composeMail(mail: OutgoingMail, sender: Sender, gatewayUrl: string): Composed {
  const organization = oneLine(sender.displayName, 60) || sender.name;
  const signInUrl = `${gatewayUrl}/login/${encodeURIComponent(sender.name)}`;
  const message = messageOf(mail, { organization, signInUrl });
  for (const part of message.parts) {
    if ('button' in part && !leadsTo(gatewayUrl, part.button.url)) {
      throw new MailError('invalid_mail', `a link of ${mail.kind} does not lead to the gateway`);
    }
  }
  return inFrame(message, { name: organization, signInUrl });
}

function messageOf<K extends MailKind>(mail: { readonly kind: K; readonly data: MailData[K] }, about: About): Message {
  const message: MessageOf<K> = MESSAGES[mail.kind];
  return message(plain(mail.data), about);
}

/** Everything in it that somebody chose, as plain lines. A link is no text of anybody: `composeMail` looks where it leads. */
function plain<T>(data: T): T {
  if (typeof data === 'string') return oneLine(data) as T;
  if (Array.isArray(data)) return data.map(plain) as T;
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([key, value]) => [key, key === 'link' ? value : plain(value)]);
  return Object.fromEntries(entries) as T;
}

/** Nothing but what a URL is written in. */
const URL_CHARACTERS = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;

function leadsTo(gatewayUrl: string, url: string): boolean {
  return url.startsWith(`${gatewayUrl}/`) && URL_CHARACTERS.test(url);
}

import type { Json } from '../document.ts';
import { mapOf, own, pointerTo } from '../json.ts';
import { quoted, type Findings } from './finding.ts';

/** Where anybody has an address: who claims one of these leads strangers to an identity provider of a customer. */
const MAILBOX_PROVIDERS: ReadonlySet<string> = new Set(
  [
    'aol.com fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk',
    'hotmail.com hotmail.de hotmail.fr icloud.com laposte.net libero.it live.com mac.com mail.com mail.ru me.com msn.com',
    'naver.com orange.fr outlook.com outlook.de outlook.fr pm.me posteo.de proton.me protonmail.com qq.com rambler.ru',
    'rediffmail.com rocketmail.com t-online.de tuta.com tutanota.com wanadoo.fr web.de yahoo.co.jp yahoo.co.uk yahoo.com',
    'yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com 126.com 163.com',
  ].flatMap((line) => line.split(' ')),
);

/** Second levels below which a country registers names (`co.uk`, `com.au`): whole parts of the internet, nobody's domain. */
const REGISTRY = /^(?:ac|co|com|edu|gob|gov|mil|net|org)\.[a-z]{2}$/;

/**
 * An e-mail domain belongs to one company. These belong to everybody, and are refused even when somebody vouches for them.
 * Not the whole list of public suffixes: those of countries that customers come from, and the usual mailboxes.
 */
export function checkEmailDomains(document: Json, findings: Findings): void {
  const domains = Object.keys(mapOf(own(mapOf(own(mapOf(document), 'spec')), 'emailDomains')));
  for (const domain of domains) {
    if (findings.full) return;
    if (!MAILBOX_PROVIDERS.has(domain) && !REGISTRY.test(domain)) continue;
    findings.add({
      code: 'public_email_domain',
      message: `${quoted(domain)} is no domain of one company: anybody may have an address there`,
      suggestion: 'name domains of the customer; without any, users of every domain may sign in',
      pointer: pointerTo('/spec/emailDomains', domain),
    });
  }
}

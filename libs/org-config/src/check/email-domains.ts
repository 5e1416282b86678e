import { domainToASCII, domainToUnicode } from 'node:url';
import { getPublicSuffix } from 'tldts';
import type { Json } from '../document.ts';
import { listOf, mapOf, own, pointerTo } from '../json.ts';
import { type Finding, type Findings, quoted } from './finding.ts';

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

/**
 * An e-mail domain belongs to one company. Public suffixes (https://publicsuffix.org, those of registries and of hosters) and
 * mailbox providers belong to everybody, and are refused even when somebody vouches for them or could prove them. A name that
 * mixes scripts, as `\u0430pple.com` does, is made to be taken for another.
 */
export function checkEmailDomains(document: Json, findings: Findings): void {
  const domains = Object.keys(mapOf(own(mapOf(own(mapOf(document), 'spec')), 'emailDomains')));
  for (const domain of domains) {
    if (findings.full) return;
    const wrong = everybodys(domain) ?? mixedScripts(domain);
    if (wrong) findings.add({ ...wrong, pointer: pointerTo('/spec/emailDomains', domain) });
  }
}

/** Guests may be of any domain that can be read; who is of the organization itself is no guest. */
export function checkGuestDomains(document: Json, findings: Findings): void {
  const spec = mapOf(own(mapOf(document), 'spec'));
  const domains = mapOf(own(spec, 'emailDomains'));
  for (const [index, domain] of listOf(own(spec, 'guestDomains')).entries()) {
    if (typeof domain !== 'string' || findings.full) continue;
    const pointer = pointerTo('/spec/guestDomains', index);
    const wrong = own(domains, domain) === undefined ? mixedScripts(domain) : ownDomain(domain);
    if (wrong) findings.add({ ...wrong, pointer, at: 'value' });
  }
}

function ownDomain(domain: string): Wrong {
  return {
    code: 'guest_domain_of_its_own',
    message: `${quoted(domain)} is one of \`emailDomains\`: its people are no guests`,
    suggestion: 'remove one of the two',
  };
}

type Wrong = Pick<Finding, 'code' | 'message' | 'suggestion'>;

function everybodys(domain: string): Wrong | undefined {
  const isSuffix = getPublicSuffix(domain, { allowPrivateDomains: true, extractHostname: false }) === domain;
  if (!MAILBOX_PROVIDERS.has(domain) && !(isSuffix && domain.includes('.'))) return undefined;
  return {
    code: 'public_email_domain',
    message: `${quoted(domain)} is no domain of one company: anybody may have an address there`,
    suggestion: 'name domains of the customer; without any, users of every domain may sign in',
  };
}

/** Scripts that people write together in one word (Unicode TR 39, section 5.1, "highly restrictive"). */
const WRITTEN_TOGETHER = [
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u,
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u,
  /^[\p{Script=Han}\p{Script=Bopomofo}\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u,
];
const ALONE = [
  'Cyrillic',
  'Greek',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Bengali',
  'Thai',
  'Georgian',
  'Tamil',
].map((script) => new RegExp(`^[\\p{Script=${script}}\\p{Script=Common}\\p{Script=Inherited}]*$`, 'u'));

/** Of a domain in the form that DNS has: each `xn--` label must say something, in one spelling and one script. */
function mixedScripts(domain: string): Wrong | undefined {
  if (!/(?:^|\.)xn--/.test(domain)) return undefined;
  const read = domainToUnicode(domain);
  const labels = read.split('.');
  const isPlain = (label: string) =>
    !label.startsWith('xn--') && [...WRITTEN_TOGETHER, ...ALONE].some((script) => script.test(label));
  if (read !== '' && domainToASCII(read) === domain && labels.every(isPlain)) return undefined;
  return {
    code: 'confusable_email_domain',
    message: `${quoted(domain)} is read as ${quoted(read || domain)}, which mixes scripts or has another spelling`,
    suggestion: 'look at the domain again: it may be made to be taken for another one',
  };
}

import { durationSeconds, SESSION_LIMITS } from '../duration.ts';
import type { Json } from '../document.ts';
import { listOf, mapOf, own, pointerTo, type JsonMap } from '../json.ts';
import { insteadOf, quoted, type Findings } from './finding.ts';

const LOGIN = '/spec/login';
const ENFORCE = `${LOGIN}/enforceSso`;

/** `enforceSso` closes every other door, so one must be open, and somebody must be able to repair it. */
export function checkEnforceSso(document: Json, findings: Findings): void {
  const login = loginOf(document);
  if (own(login, 'enforceSso') !== true) return;
  if (listOf(own(login, 'recoveryAdmins')).length === 0) {
    findings.add({
      code: 'no_recovery_admin',
      message: 'nobody could repair a broken sign-in: `enforceSso` is true and there is no recovery admin',
      suggestion: 'add `recoveryAdmins: [<e-mail address>]`: who may ask for a link at /recovery-access',
      pointer: ENFORCE,
    });
  }
  const providers = Object.values(mapOf(own(specOf(document), 'identityProviders')));
  if (providers.some((provider) => own(mapOf(provider), 'enabled') !== false)) return;
  findings.add({
    code: 'no_enabled_identity_provider',
    message: 'nobody could sign in: `enforceSso` is true and no identity provider is enabled',
    suggestion:
      providers.length === 0 ? 'declare one under `identityProviders`' : 'enable one, or write `enforceSso: false`',
    pointer: ENFORCE,
  });
}

/** Another recovery admin can only confirm where there is another. */
export function checkTwoPersonRule(document: Json, findings: Findings): void {
  const login = loginOf(document);
  if (own(mapOf(own(login, 'recovery')), 'twoPerson') !== true) return;
  if (listOf(own(login, 'recoveryAdmins')).length >= 2) return;
  findings.add({
    code: 'two_person_rule_alone',
    message: 'nobody could confirm: `twoPerson` is true and there are not two recovery admins',
    suggestion: 'name another one in `recoveryAdmins`, or remove `twoPerson`',
    pointer: `${LOGIN}/recovery/twoPerson`,
  });
}

/** Who is exempt, or may repair, is one of the organization's own people or of its guests. */
export function checkAddresses(document: Json, findings: Findings): void {
  const spec = specOf(document);
  const domains = Object.keys(mapOf(own(spec, 'emailDomains')));
  if (domains.length === 0) return;
  const guests = listOf(own(spec, 'guestDomains')).filter((domain) => typeof domain === 'string');
  const known = [...new Set([...domains, ...guests])];
  const login = loginOf(document);
  for (const address of Object.keys(mapOf(own(login, 'exemptions')))) {
    isOf(known, address, pointerTo(`${LOGIN}/exemptions`, address), findings);
  }
  for (const [index, address] of listOf(own(login, 'recoveryAdmins')).entries()) {
    if (typeof address === 'string') isOf(known, address, pointerTo(`${LOGIN}/recoveryAdmins`, index), findings);
  }
}

function isOf(known: readonly string[], address: string, pointer: string, findings: Findings): void {
  const domain = /^[^@\s]+@([a-z0-9.-]+)$/.exec(address)?.[1];
  if (domain === undefined || known.includes(domain) || findings.full) return;
  findings.add({
    code: 'foreign_address',
    message: `${quoted(address)} is of none of the domains in \`emailDomains\` and \`guestDomains\``,
    suggestion: insteadOf(domain, known, 'domains') ?? `add ${quoted(domain)} to \`guestDomains\``,
    pointer,
  });
}

/** Durations of a session stay within bounds, and `idle` within `lifetime`. */
export function checkSession(document: Json, findings: Findings): void {
  const session = mapOf(own(loginOf(document), 'session'));
  const idle = boundedSeconds(session, 'idle', findings);
  const lifetime = boundedSeconds(session, 'lifetime', findings) ?? SESSION_LIMITS.lifetime.default;
  if (idle === undefined || idle <= lifetime) return;
  const declared = own(session, 'lifetime');
  const shown = typeof declared === 'string' ? declared : '12h, its default';
  findings.add({
    code: 'invalid_value',
    message: `a session cannot be idle for longer than its lifetime (${shown})`,
    suggestion: 'shorten `idle`, or lengthen `lifetime`',
    pointer: '/spec/login/session/idle',
    at: 'value',
  });
}

function boundedSeconds(session: JsonMap, key: 'idle' | 'lifetime', findings: Findings): number | undefined {
  const declared = own(session, key);
  const seconds = typeof declared === 'string' ? durationSeconds(declared) : undefined;
  if (seconds === undefined) return undefined;
  const { min, max, words } = SESSION_LIMITS[key];
  if (seconds >= min && seconds <= max) return seconds;
  findings.add({
    code: 'invalid_value',
    message: `${quoted(declared ?? '')} is out of bounds`,
    suggestion: `write a duration from ${words.replace(' to ', ' to at most ')}`,
    pointer: `/spec/login/session/${key}`,
    at: 'value',
  });
  return undefined;
}

function loginOf(document: Json): JsonMap {
  return mapOf(own(specOf(document), 'login'));
}

function specOf(document: Json): JsonMap {
  return mapOf(own(mapOf(document), 'spec'));
}

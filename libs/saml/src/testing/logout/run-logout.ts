import { deflateRawSync } from 'node:zlib';

import type { SamlConnection } from '../../connection.ts';
import { SamlError } from '../../errors.ts';
import type { LogoutHttpRequest } from '../../logout/logout-http.ts';
import type { VerifiedLogoutMessage } from '../../logout/verified-logout.ts';
import { verifyLogoutMessage } from '../../logout/verify-logout-message.ts';
import { parseIdpMetadata } from '../../metadata/parse-idp-metadata.ts';
import type { KeyName } from '../attacks/attack-case.ts';
import { EVIL_NAME_ID, KEYS, NOW, replaceOnce } from '../attacks/attack-context.ts';
import { signXml } from '../sign-xml.ts';
import { TestIdp } from '../test-idp.ts';
import { logoutForm, logoutQuery, logoutXml, type TestLogout } from '../test-logout.ts';
import type { LogoutCase } from './logout-case.ts';

const SLO_URL = 'https://login.example/saml/acme/okta/slo';
const FORM = 'application/x-www-form-urlencoded';
const IDP_KEY: readonly KeyName[] = ['idp'];
const idp = new TestIdp({ sloUrl: 'https://idp.example/slo' });

/** What became of one copy: the refusal's code, or the message. */
export type LogoutOutcome = { readonly code: string } | VerifiedLogoutMessage;

/** Delivers every copy of the message of a case; a copy of a request that came before is a replay, as in the database. */
export function runLogout(logout: LogoutCase): readonly LogoutOutcome[] {
  const connection = connectionOf(logout);
  const request = requestOf(logout, connection);
  const seen = new Set<string>();
  return Array.from({ length: logout.copies ?? 1 }, () => {
    const outcome = refusedOr(() => verifyLogoutMessage({ request, connection, now: NOW }));
    if (!('is' in outcome) || outcome.is === 'response') return outcome;
    if (seen.has(outcome.requestId)) return { code: 'replayed_logout_request' };
    seen.add(outcome.requestId);
    return outcome;
  });
}

function refusedOr(act: () => VerifiedLogoutMessage): LogoutOutcome {
  try {
    return act();
  } catch (error) {
    if (error instanceof SamlError) return { code: error.code };
    throw error;
  }
}

function connectionOf({ connection: { keys = IDP_KEY, off = false } = {} }: LogoutCase): SamlConnection {
  return {
    id: 'org/okta',
    spEntityId: 'https://login.example/saml/acme/okta/metadata',
    acsUrl: 'https://login.example/saml/acme/okta/acs',
    forceAuthn: false,
    ...(off ? {} : { sloUrl: SLO_URL }),
    idp: {
      ...parseIdpMetadata(idp.metadata(), { now: NOW }),
      signingCertificates: keys.map((name) => KEYS[name].certificate),
    },
  };
}

function requestOf(logout: LogoutCase, connection: SamlConnection): LogoutHttpRequest {
  const message = messageOf(logout);
  const { method = logout.by === 'post' ? 'POST' : 'GET', contentType = FORM, repeated = false } = logout.http ?? {};
  const fill = (text: string) =>
    text.replaceAll('{query}', queryOf(logout, message, connection)).replaceAll('{evil}', evil());
  const query = logout.by === 'post' ? logout.query : (logout.query ?? '{query}');
  const form = logout.by === 'post' ? formOf(logout, message) : undefined;
  const body =
    repeated && form ? Object.fromEntries(Object.entries(form).map(([key, value]) => [key, [value, value]])) : form;
  return {
    method,
    url: `/saml/acme/okta/slo${query === undefined ? '' : `?${fill(query)}`}`,
    headers: { 'content-type': contentType },
    body,
  };
}

function messageOf({ message: { key, edit = [], ...message } }: LogoutCase): TestLogout {
  return {
    ...message,
    idp: idp.entityId,
    sloUrl: SLO_URL,
    now: NOW,
    mutate: (xml) => edit.reduce((text, { find, put }) => replaceOnce(text, fillTimes(find), fillTimes(put)), xml),
    ...(key === undefined ? {} : { key: KEYS[key] }),
  };
}

/** `{now-900}` in an edit is a time that many seconds away. */
function fillTimes(text: string): string {
  return text.replace(/\{now([+-]\d+)?\}/g, (_, seconds: string | undefined) =>
    new Date(NOW.getTime() + Number(seconds ?? 0) * 1000).toISOString(),
  );
}

function queryOf({ document, signed }: LogoutCase, message: TestLogout, connection: SamlConnection): string {
  if (signed === 'no') return logoutQuery(message).replace(/&SigAlg=.*$/, '');
  if (signed === 'enveloped') return logoutQuery(message, signXml(logoutXml(message), { key: idp.key }));
  if (document === 'bomb') return logoutQuery(message, ' '.repeat(30_000_000));
  if (document === 'response') {
    return logoutQuery(message, idp.respondXml({ connection, now: NOW, nameId: 'eve@acme.com', sign: 'none' }));
  }
  const query = logoutQuery(message, logoutXml(message), document === 'plain' ? (xml) => Buffer.from(xml) : undefined);
  return document === 'swapped' ? query.replace(/=[^&]*/, `=${evil()}`) : query;
}

function formOf({ signed, document }: LogoutCase, message: TestLogout): Readonly<Record<string, string>> {
  if (document === 'bomb') return { SAMLRequest: Buffer.alloc(100_000, ' ').toString('base64') };
  if (signed !== 'misplaced') return logoutForm(message, signed !== 'no');
  const xml = signXml(logoutXml(message), { key: idp.key });
  const signature = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(xml)?.[0] ?? '';
  const moved = replaceOnce(xml, signature, `<samlp:Extensions>${signature}</samlp:Extensions>`);
  return { SAMLRequest: Buffer.from(moved).toString('base64') };
}

/** What anybody can make: a LogoutRequest of the IdP's form for somebody else. */
function evil(): string {
  const xml = logoutXml({ says: 'LogoutRequest', idp: idp.entityId, sloUrl: SLO_URL, now: NOW, nameId: EVIL_NAME_ID });
  return encodeURIComponent(deflateRawSync(xml).toString('base64'));
}

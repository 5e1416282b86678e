import { signXml } from '../sign-xml.ts';
import type { AttackContext } from './attack-context.ts';

/* Messages that are no login at all, validly signed where the row says so. */

const PROTOCOL =
  'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';

const message =
  (name: string, content: string) =>
  ({ fill }: AttackContext): string =>
    fill(
      `<samlp:${name} ${PROTOCOL} ID="_message" Version="2.0" IssueInstant="{now}" Destination="{acsUrl}" InResponseTo="{requestId}"><saml:Issuer>{idp}</saml:Issuer>${content}</samlp:${name}>`,
    );

const status = (code: string, more = '') =>
  `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}">${more}</samlp:StatusCode></samlp:Status>`;

const logoutResponse = message('LogoutResponse', status('Success'));
const logoutRequest = message('LogoutRequest', '<saml:NameID>eve@acme.com</saml:NameID>');
const noPassive = message(
  'Response',
  status('Responder', '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:NoPassive"/>'),
);
const signed = (build: (context: AttackContext) => string) => (context: AttackContext) =>
  signXml(build(context), { key: context.idp.key });

export const semantics = {
  logoutResponse,
  logoutRequest,
  signedLogoutResponse: signed(logoutResponse),
  signedNoPassive: signed(noPassive),
  noAssertion: signed(message('Response', status('Success'))),
  scriptInStatus: message(
    'Response',
    '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Requester"/><samlp:StatusMessage>&lt;script&gt;alert(1)&lt;/script&gt;</samlp:StatusMessage></samlp:Status>',
  ),
  otherRoot: message('ArtifactResponse', status('Success')),
};

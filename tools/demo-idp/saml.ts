import { DOMParser } from '@xmldom/xmldom';
import { randomBytes } from 'node:crypto';
import samlify from 'samlify';
import { escapeMarkup } from '../html.ts';
import type { DemoKeys } from './keys.ts';
import type { DemoPerson } from './people.ts';

const EMAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const MINUTES = 60_000;

/** samlify's own template has one value per attribute and no AuthnStatement; the profile (4.1.4.2) wants more. */
const RESPONSE =
  '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{ID}" Version="2.0" IssueInstant="{Now}" Destination="{Acs}" InResponseTo="{InResponseTo}">' +
  '<saml:Issuer>{Issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>' +
  '<saml:Assertion ID="{AssertionID}" Version="2.0" IssueInstant="{Now}"><saml:Issuer>{Issuer}</saml:Issuer>' +
  '<saml:Subject><saml:NameID Format="{NameIDFormat}">{NameID}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">' +
  '<saml:SubjectConfirmationData InResponseTo="{InResponseTo}" NotOnOrAfter="{End}" Recipient="{Acs}"/></saml:SubjectConfirmation></saml:Subject>' +
  '<saml:Conditions NotBefore="{Start}" NotOnOrAfter="{End}"><saml:AudienceRestriction><saml:Audience>{Audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>' +
  '<saml:AuthnStatement AuthnInstant="{AuthnInstant}" SessionIndex="{SessionIndex}"><saml:AuthnContext>' +
  '<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>' +
  '{Attributes}</saml:Assertion></samlp:Response>';

/** An AuthnRequest that came to the single sign-on endpoint, as far as it concerns a login page. */
export interface LoginRequest {
  readonly id: string;
  readonly forceAuthn: boolean;
  readonly relayState: string | undefined;
  /** The service provider, from its own metadata. */
  readonly audience: string;
  readonly acs: string;
}

/** A wrong request; the message says why and is shown. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
}

/** The parameters of the HTTP-Redirect binding, as they stood in the query. */
export type RedirectQuery = Readonly<Record<string, string | undefined>>;

// Responses are made and not read here, and requests are small; samlify insists on a validator.
samlify.setSchemaValidator({ validate: async () => 'not validated' });

export interface SamlIdpOptions {
  /** The identity provider's own origin. */
  readonly url: string;
  /** The origin of the service providers that it answers. */
  readonly gateway: string;
  readonly keys: DemoKeys;
  /** Sign the response beside the assertion. */
  readonly signMessage: boolean;
}

type SamlifyIdp = InstanceType<typeof samlify.IdentityProviderInstance>;

/** The identity provider as samlify knows it; `strict` = what comes must be signed. */
export function samlifyIdp({ url, keys }: SamlIdpOptions, strict: boolean): SamlifyIdp {
  return samlify.IdentityProvider({
    entityID: `${url}/saml/metadata`,
    wantAuthnRequestsSigned: strict,
    wantLogoutRequestSigned: strict,
    wantLogoutResponseSigned: strict,
    privateKey: keys.signing.privateKey,
    signingCert: keys.signing.certificate,
    requestSignatureAlgorithm: RSA_SHA256,
    nameIDFormat: [EMAIL_FORMAT],
    singleSignOnService: [{ Binding: REDIRECT, Location: `${url}/saml/sso` }],
    singleLogoutService: [{ Binding: REDIRECT, Location: `${url}/saml/slo` }],
  });
}

/** The SAML side of the demo identity provider. It trusts every service provider below the gateway's origin. */
export class SamlIdp {
  readonly #options: SamlIdpOptions;
  readonly #entity: SamlifyIdp;
  readonly #entityThatWantsSignatures: SamlifyIdp;

  constructor(options: SamlIdpOptions) {
    this.#options = options;
    this.#entity = samlifyIdp(options, false);
    this.#entityThatWantsSignatures = samlifyIdp(options, true);
  }

  metadata(): string {
    return this.#entity.getMetadata();
  }

  /**
   * Reads a request and looks up its service provider by its entity id, which must be the URL of its metadata below the
   * gateway. When that metadata promises signed requests, the request's signature must verify.
   *
   * @throws {RequestRefused}
   */
  async readRequest(query: RedirectQuery): Promise<LoginRequest> {
    const unverified = await this.#entity
      .parseLoginRequest(samlify.ServiceProvider({ entityID: 'unknown' }), 'redirect', { query })
      .catch(() => refuse('This is not a SAML request. Start at the application.'));
    const provider = await serviceProvider(String(unverified.extract.issuer), this.#options.gateway);
    if (provider.signed) {
      await this.#entityThatWantsSignatures
        .parseLoginRequest(provider.entity, 'redirect', { query, octetString: signedOctets(query) })
        .catch(() => refuse('The signature of this request does not verify with the key in its metadata.'));
    }
    const root = new DOMParser().parseFromString(unverified.samlContent, 'text/xml').documentElement;
    const asked = root?.getAttribute('AssertionConsumerServiceURL');
    if (asked && asked !== provider.acs) refuse(`The answer may only go to ${provider.acs}.`);
    return {
      id: String(unverified.extract.request?.id),
      forceAuthn: root?.getAttribute('ForceAuthn') === 'true' || root?.getAttribute('ForceAuthn') === '1',
      relayState: query['RelayState'],
      audience: provider.entity.entityMeta.getEntityID(),
      acs: provider.acs,
    };
  }

  /** The base64 `SAMLResponse` for the POST binding: assertion signed with RSA-SHA256, message too unless switched off. */
  async respond(
    request: LoginRequest,
    person: DemoPerson,
    session: { readonly authenticatedAt: Date; readonly index: string },
    now: Date,
  ): Promise<string> {
    const id = `_${randomBytes(16).toString('hex')}`;
    const scalars = samlify.SamlLib.replaceTagsByValue(RESPONSE, {
      ID: id,
      AssertionID: `_${randomBytes(16).toString('hex')}`,
      SessionIndex: session.index,
      Issuer: this.#entity.entityMeta.getEntityID(),
      InResponseTo: request.id,
      Acs: request.acs,
      Audience: request.audience,
      NameIDFormat: EMAIL_FORMAT,
      NameID: person.email,
      AuthnInstant: session.authenticatedAt.toISOString(),
      Now: now.toISOString(),
      Start: new Date(now.getTime() - MINUTES).toISOString(),
      End: new Date(now.getTime() + 5 * MINUTES).toISOString(),
    });
    const context = scalars.replace('{Attributes}', () => attributeStatement(person));
    const recipient = samlify.ServiceProvider({
      entityID: request.audience,
      wantAssertionsSigned: true,
      wantMessageSigned: this.#options.signMessage,
      assertionConsumerService: [{ Binding: POST, Location: request.acs }],
    });
    const response = await this.#entity.createLoginResponse(
      recipient,
      { extract: {} },
      'post',
      {},
      {
        customTagReplacement: () => ({ id, context }),
      },
    );
    return response.context;
  }
}

/** A service provider below the gateway's origin, from its own metadata. @throws {RequestRefused} */
export async function serviceProvider(entityId: string, gateway: string) {
  if (!entityId.startsWith(`${gateway}/`)) refuse(`This demo only answers service providers at ${gateway}.`);
  const answer = await fetch(entityId, { redirect: 'error', signal: AbortSignal.timeout(5_000) }).catch(
    () => undefined,
  );
  if (!answer?.ok) return refuse(`The service provider’s metadata could not be read at ${entityId}.`);
  const metadata = await answer.text();
  const entity = samlify.ServiceProvider({ metadata, wantLogoutRequestSigned: true, wantLogoutResponseSigned: true });
  const acs = entity.entityMeta.getAssertionConsumerService('post');
  const slo = entity.entityMeta.getSingleLogoutService('redirect');
  if (entity.entityMeta.getEntityID() !== entityId) refuse('The metadata names another entity.');
  if (typeof acs !== 'string' || !acs.startsWith(`${gateway}/`))
    return refuse(`The metadata names no ACS at ${gateway}.`);
  const offersLogout = typeof slo === 'string' && slo.startsWith(`${gateway}/`);
  return { entity, acs, offersLogout, signed: entity.entityMeta.isAuthnRequestSigned() };
}

/** @throws {RequestRefused} */
export function refuse(message: string): never {
  throw new RequestRefused(message);
}

/** What the signature of the HTTP-Redirect binding covers (Bindings 3.4.4.1). */
export function signedOctets(query: RedirectQuery): string {
  return ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg']
    .filter((name) => query[name] !== undefined)
    .map((name) => `${name}=${encodeURIComponent(query[name] ?? '')}`)
    .join('&');
}

function attributeStatement(person: DemoPerson): string {
  const attributes = Object.entries(person.attributes).map(([name, values]) => {
    const list = values.map((value) => `<saml:AttributeValue>${escapeMarkup(value)}</saml:AttributeValue>`).join('');
    return `<saml:Attribute Name="${escapeMarkup(name)}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">${list}</saml:Attribute>`;
  });
  return `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`;
}

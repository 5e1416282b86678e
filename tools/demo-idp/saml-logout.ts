import type { IdentityProvider } from 'samlify';
import samlify from 'samlify';
import { type RedirectQuery, refuse, samlifyIdp, type SamlIdpOptions, serviceProvider, signedOctets } from './saml.ts';

/** A service provider that somebody is signed in at, and how it knows this session. */
export interface Participant {
  readonly entityId: string;
  readonly email: string;
  readonly sessionIndex: string;
}

/** A service provider's LogoutRequest, and where the browser takes the answer. */
export interface LogoutAsked {
  readonly email: string;
  readonly answer: string;
}

/** Single logout of the demo identity provider, by redirect and signed: independent of Rolecall's own code. */
export class SamlLogout {
  readonly #options: SamlIdpOptions;
  readonly #entity: ReturnType<typeof IdentityProvider>;
  readonly #strictEntity: ReturnType<typeof IdentityProvider>;

  constructor(options: SamlIdpOptions) {
    this.#options = options;
    this.#entity = samlifyIdp(options, false);
    this.#strictEntity = samlifyIdp(options, true);
  }

  /** Reads a LogoutRequest, whose signature must verify with the key in its sender's metadata. @throws {RequestRefused} */
  async readRequest(query: RedirectQuery): Promise<LogoutAsked> {
    const unverified = await this.#entity
      .parseLogoutRequest(samlify.ServiceProvider({ entityID: 'unknown' }), 'redirect', { query })
      .catch(() => refuse('This is not a sign-out message.'));
    const { entity } = await serviceProvider(String(unverified.extract.issuer), this.#options.gateway);
    const { extract } = await this.#strictEntity
      .parseLogoutRequest(entity, 'redirect', { query, octetString: signedOctets(query) })
      .catch(badSignature);
    const { context } = this.#entity.createLogoutResponse(entity, { extract }, 'redirect', query['RelayState'] ?? '');
    return { email: String(extract.nameID), answer: context };
  }

  /** Checks the answer of the service provider that was asked. @throws {RequestRefused} */
  async checkResponse(query: RedirectQuery, asked: string): Promise<void> {
    const { entity } = await serviceProvider(asked, this.#options.gateway);
    await this.#strictEntity
      .parseLogoutResponse(entity, 'redirect', { query, octetString: signedOctets(query) })
      .catch(badSignature);
  }

  /** Where the browser goes to sign out at a service provider; undefined when that has no single logout. */
  async request({ entityId, email, sessionIndex }: Participant): Promise<string | undefined> {
    const { entity, offersLogout } = await serviceProvider(entityId, this.#options.gateway);
    if (!offersLogout) return undefined;
    const user = { logoutNameID: email, sessionIndex };
    return this.#entity.createLogoutRequest(entity, 'redirect', user, '').context;
  }
}

function badSignature(): never {
  return refuse('The signature of this sign-out does not verify with the key in its sender’s metadata.');
}

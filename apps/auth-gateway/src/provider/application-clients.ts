import type { EffectiveOidcApplication } from '@rolecall/org-config';
import type { AllClientMetadata } from 'oidc-provider';
import type { Organization } from '../organizations/organization.ts';
import type { Organizations } from '../organizations/organizations.ts';

/** An application whose door is open, and the organization whose users it gets. */
export interface ApplicationClient {
  readonly organization: Organization;
  readonly application: EffectiveOidcApplication;
}

/** Finds clients in the organizations' documents: nothing of them is stored, so what is not declared any more is gone at the next request. */
export class ApplicationClients {
  constructor(private readonly organizations: Pick<Organizations, 'byName' | 'byIdAnew'>) {}

  /** By a client id, with present or former names; undefined when nobody gets in through it. `clientId` is UNVERIFIED. */
  async find(clientId: string): Promise<ApplicationClient | undefined> {
    const [name = '', ofApplication = '', ...rest] = clientId.split('.');
    if (rest.length > 0) return undefined;
    const organization = await this.organizations.byName(name);
    const application = organization?.applications.get(ofApplication);
    if (!organization || application?.type !== 'oidc' || !application.enabled) return undefined;
    return { organization, application };
  }

  /** As `find`, by the document that is live at this moment: a process hears of an apply a moment later. */
  async findAnew(clientId: string): Promise<ApplicationClient | undefined> {
    const organization = await this.organizations.byName(clientId.split('.')[0] ?? '');
    if (!organization) return undefined;
    await this.organizations.byIdAnew(organization.id);
    return this.find(clientId);
  }

  /** As oidc-provider takes them. Undefined also when the secret that the document asks for is not there. */
  async metadata(clientId: string): Promise<AllClientMetadata | undefined> {
    const found = await this.find(clientId);
    if (!found) return undefined;
    const { organization, application } = found;
    const secret = organization.snapshot.applicationSecrets.get(application.name);
    const isPublic = application.clientAuthentication === 'none';
    if (!isPublic && secret === undefined) return undefined;
    return {
      client_id: clientId,
      client_name: application.displayName,
      // compared letter by letter: a native client's loopback port would be ignored
      application_type: 'web',
      redirect_uris: [...application.redirectUris],
      post_logout_redirect_uris: [...application.postLogoutRedirectUris],
      response_types: ['code'],
      response_modes: ['query', 'form_post'],
      grant_types: ['authorization_code', ...(application.refreshTokens ? ['refresh_token'] : [])],
      token_endpoint_auth_method: application.clientAuthentication,
      id_token_signed_response_alg: application.idTokenAlgorithm,
      require_auth_time: true,
      ...(isPublic ? {} : { client_secret: secret }),
    };
  }
}

/** Whether a page of this origin belongs to the application: it is one that users are sent back to. */
export function isOriginOf({ redirectUris }: Pick<EffectiveOidcApplication, 'redirectUris'>, origin: string): boolean {
  return redirectUris.some((uri) => new URL(uri).origin === origin);
}

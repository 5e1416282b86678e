import { Controller, Get, Header, Inject, NotFoundException, Param } from '@nestjs/common';
import { type ClientKey, publicKeySet } from '@rolecall/oidc';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';

/** The public keys by which an OpenID provider knows us, where we authenticate by `private_key_jwt` (RFC 7517, RFC 7523). */
@Controller('oidc/:org/:idp')
export class ClientKeysController {
  constructor(@Inject(Organizations) private readonly organizations: Organizations) {}

  @Get('jwks.json')
  @Header('Cache-Control', 'public, max-age=300')
  @Header('Content-Type', 'application/jwk-set+json; charset=utf-8')
  async keySet(@Param() path: IdpPath): Promise<string> {
    return JSON.stringify(publicKeySet(await this.keys(path)));
  }

  /** For providers that want a certificate to be uploaded (Entra ID). */
  @Get('certificate.pem')
  @Header('Cache-Control', 'public, max-age=300')
  @Header('Content-Type', 'application/x-pem-file')
  async certificate(@Param() path: IdpPath): Promise<string> {
    const certificate = (await this.keys(path)).find((key) => key.certificate !== undefined)?.certificate;
    if (certificate === undefined) throw new NotFoundException();
    return certificate;
  }

  private async keys(path: IdpPath): Promise<readonly ClientKey[]> {
    const { clientKeys } = await this.organizations.oidcTarget(path);
    if (clientKeys === undefined) throw new NotFoundException();
    return clientKeys;
  }
}

import { Controller, Get, Header, Inject } from '@nestjs/common';
import type { Database, PublicSigningKey } from '@rolecall/persistence';
import { DATABASE } from '@rolecall/platform';

/** The public keys of what the deployment signs (RFC 7517 §5): for everybody, so it needs no token. */
@Controller()
export class KeysController {
  constructor(@Inject(DATABASE) private readonly database: Pick<Database, 'signingKeys'>) {}

  /** May be kept for an hour: the next key is published a day before it signs. */
  @Get('/.well-known/jwks.json')
  @Header('Content-Type', 'application/jwk-set+json')
  @Header('Cache-Control', 'public, max-age=3600')
  async keys(): Promise<{ readonly keys: readonly PublicSigningKey[] }> {
    return { keys: await this.database.signingKeys.publicKeys() };
  }
}

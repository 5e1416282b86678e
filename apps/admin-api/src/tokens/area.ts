import type { Database } from '@rolecall/persistence';
import { DATABASE } from '@rolecall/platform';
import type { Area, AreaOptions } from '../area.ts';
import { TokenExchange } from './token-exchange.ts';
import { TokenController } from './token.controller.ts';
import { workloadIssuers } from './workload-issuers.ts';

/** API tokens for jobs that show one of a trusted issuer. */
export function tokensArea({ guarded, url }: AreaOptions): Area {
  return {
    controllers: [TokenController],
    providers: [
      {
        provide: TokenExchange,
        inject: [DATABASE],
        useFactory: (database: Database) =>
          new TokenExchange(database, workloadIssuers(guarded, url.startsWith('http:')), url),
      },
    ],
  };
}

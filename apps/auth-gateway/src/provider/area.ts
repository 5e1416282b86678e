import type { Area } from '../area.ts';
import { OpenIdProvider } from './openid-provider.ts';

/** The OpenID provider for applications, which is mounted in `login/direct-routes.ts`. */
export const PROVIDER: Area = {
  controllers: [],
  providers: [OpenIdProvider],
};

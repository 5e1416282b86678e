import type { Area } from '../area.ts';
import { EndSessionController } from './end-session.controller.ts';
import { OpenIdProvider } from './openid-provider.ts';

/** The OpenID provider for applications, which is mounted in `login/direct-routes.ts`. */
export const PROVIDER: Area = {
  controllers: [EndSessionController],
  providers: [OpenIdProvider],
  forms: { '8kb': ['op/session/end/confirm'], '32kb': ['op/session/end'] },
};

import type { Area } from '../area.ts';
import { BackchannelController } from './backchannel.controller.ts';
import { LogoutController } from './logout.controller.ts';
import { Logouts } from './logouts.ts';

/** Ends of sessions, asked for here or at the identity provider. */
export const LOGOUT: Area = {
  controllers: [LogoutController, BackchannelController],
  providers: [Logouts],
  doors: { answer: ['saml/:org/:idp/slo', 'oidc/:org/:idp/backchannel-logout'] },
  forms: { '32kb': ['oidc/:org/:idp/backchannel-logout'], '200kb': ['saml/:org/:idp/slo'] },
};

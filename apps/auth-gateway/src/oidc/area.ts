import type { Area } from '../area.ts';
import { ClientKeysController } from './client-keys.controller.ts';
import { InitiationController } from './initiation.controller.ts';
import { OidcCallbackStrategy } from './oidc-callback.strategy.ts';
import { OidcController } from './oidc.controller.ts';

const INITIATIONS = ['oidc/initiate', 'oidc/:org/:idp/initiate'];

/** The OpenID Connect relying party. */
export const OIDC: Area = {
  controllers: [OidcController, ClientKeysController, InitiationController],
  providers: [OidcCallbackStrategy],
  doors: { start: ['oidc/:org/:idp/login', ...INITIATIONS], answer: ['oidc/callback'] },
  forms: { '8kb': ['oidc/callback', ...INITIATIONS] },
};

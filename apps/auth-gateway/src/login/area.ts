import type { Area } from '../area.ts';
import { AccountsController } from './accounts.controller.ts';
import { ConfirmationController } from './confirmation.controller.ts';
import { DecideAnew } from './decide-anew.ts';
import { LoginEnds } from './login-ends.ts';
import { LoginOutcomes } from './login-outcomes.ts';
import { LoginStarts } from './login-starts.ts';
import { LoginController } from './login.controller.ts';
import { Logins } from './logins.ts';
import { SsoTestController } from './sso-test.controller.ts';

/** Where a login begins and ends, whichever protocol is between. */
export const LOGIN: Area = {
  controllers: [LoginController, AccountsController, ConfirmationController, SsoTestController],
  providers: [LoginOutcomes, DecideAnew, Logins, LoginStarts, LoginEnds],
  doors: { start: ['sso/test/:org/:idp'], identify: ['login'], answer: ['saml/confirm'] },
  forms: { '8kb': ['login', 'login/forget', 'accounts', 'saml/confirm', 'sso/test/:org/:idp'] },
};

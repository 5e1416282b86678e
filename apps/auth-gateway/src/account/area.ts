import type { Area } from '../area.ts';
import { AccountController } from './account.controller.ts';
import { IdentitiesController } from './identities.controller.ts';
import { OwnAccounts } from './own-accounts.ts';
import { PasswordController } from './password.controller.ts';
import { SecondFactorsController } from './second-factors.controller.ts';

/** What users see and change of themselves. */
export const ACCOUNT: Area = {
  controllers: [AccountController, IdentitiesController, PasswordController, SecondFactorsController],
  providers: [OwnAccounts],
  doors: { start: ['account/identities/link'] },
  forms: {
    '8kb': [
      'account/identities/link',
      'account/identities/unlink',
      'account/sessions/end',
      'account/password',
      'account/second-factor/confirm',
      'account/second-factor/remove',
      'account/second-factor/codes',
    ],
  },
};

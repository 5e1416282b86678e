import type { Area } from '../area.ts';
import { ForgotController } from './forgot.controller.ts';
import { LinkController } from './link.controller.ts';

const STEPS = ['login/:org/forgot', 'link/opened', 'link/password'];

/** Links that mails carry: invitations and forgotten passwords. */
export const LINKS: Area = {
  controllers: [ForgotController, LinkController],
  doors: { identify: STEPS },
  forms: { '8kb': STEPS },
};

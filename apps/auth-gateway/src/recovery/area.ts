import type { Area } from '../area.ts';
import { RecoveryLinks } from './recovery-links.ts';
import { RecoveryController } from './recovery.controller.ts';
import { RepairController } from './repair.controller.ts';
import { SignInStates } from './sign-in-state.ts';

const STEPS = ['recovery-access', 'recovery-access/open', 'recovery-access/confirm'];

/** How recovery admins get in where sign-ins are broken, and repair them. */
export const RECOVERY: Area = {
  controllers: [RecoveryController, RepairController],
  providers: [RecoveryLinks, SignInStates],
  doors: { identify: STEPS },
  forms: {
    '8kb': [...STEPS, 'recovery/enabled', 'recovery/test', 'recovery/release'],
    // metadata of a federation is the largest that anybody pastes; form encoding makes it half as long again
    '800kb': ['recovery/metadata'],
  },
};

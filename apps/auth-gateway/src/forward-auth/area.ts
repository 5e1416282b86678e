import type { Area } from '../area.ts';
import { ForwardAuthController } from './forward-auth.controller.ts';
import { ForwardSessions } from './forward-sessions.ts';
import { Handoffs } from './handoff.ts';
import { VerifyForward } from './verify.ts';

/** Applications behind a proxy that asks who is there. `/auth/verify` is mounted in `login/direct-routes.ts`. */
export const FORWARD_AUTH: Area = {
  controllers: [ForwardAuthController],
  providers: [ForwardSessions, VerifyForward, Handoffs],
  doors: { start: ['auth/start', '.rolecall/start', '.rolecall/logout'], answer: ['.rolecall/callback'] },
};

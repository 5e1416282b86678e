import type { Area, AreaOptions } from '../area.ts';
import { SsoTestsController } from '../sso-tests/sso-tests.controller.ts';
import { FlowsController } from './flows.controller.ts';
import { GATEWAY_URL } from './guidance-of.ts';

/** How sign-ins ended, for real and by test. */
export function flowsArea({ gatewayUrl }: AreaOptions): Area {
  return {
    controllers: [FlowsController, SsoTestsController],
    providers: [{ provide: GATEWAY_URL, useValue: gatewayUrl }],
  };
}

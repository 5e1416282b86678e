import type { Area, AreaOptions } from '../area.ts';
import { SCIM_URL } from './declared-directory.ts';
import { DirectoryController } from './directory.controller.ts';
import { DirectoryHoldsController } from './holds.controller.ts';
import { DirectoryRequestsController } from './requests.controller.ts';
import { DirectoryTokensController } from './tokens.controller.ts';

/** How a directory (SCIM) is doing, and its tokens. */
export function directoryArea({ scimUrl }: AreaOptions): Area {
  return {
    controllers: [
      DirectoryController,
      DirectoryHoldsController,
      DirectoryRequestsController,
      DirectoryTokensController,
    ],
    providers: [{ provide: SCIM_URL, useValue: scimUrl }],
  };
}

import type { Database } from '@rolecall/persistence';
import { DATABASE } from '@rolecall/platform';
import type { Area, AreaOptions } from '../area.ts';
import { GrantsController } from './grants.controller.ts';
import { UserIdentitiesController } from './identities.controller.ts';
import { ImportController } from './import.controller.ts';
import { InvitationsController } from './invitations.controller.ts';
import { Invitations } from './invite.ts';
import { OffboardingController } from './offboarding.controller.ts';
import { ReceiptsController } from './receipts.controller.ts';
import { UserGroupsController } from './user-groups.controller.ts';
import { UsersController } from './users.controller.ts';

/** The users of an organization: who they are, what they hold, how they come and go. */
export function usersArea({ gatewayUrl, mailer }: AreaOptions): Area {
  return {
    controllers: [
      UsersController,
      GrantsController,
      UserGroupsController,
      UserIdentitiesController,
      ImportController,
      InvitationsController,
      OffboardingController,
      ReceiptsController,
    ],
    providers: [
      {
        provide: Invitations,
        inject: [DATABASE],
        useFactory: (database: Database) => new Invitations(database, gatewayUrl, mailer !== undefined),
      },
    ],
  };
}

import { Body, Controller, Inject, Param } from '@nestjs/common';
import { CLOCK } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { validated } from '../api/validate.ts';
import { Invitations } from './invite.ts';
import type { Invitation, Invited } from './invite.ts';

/** Invitations of users. */
@Controller()
export class InvitationsController {
  constructor(
    @Inject(Invitations) private readonly invitations: Invitations,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.inviteUser)
  async invite(
    @Param('organization') name: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
  ): Promise<object> {
    return view(await this.invitations.invite(name, validated<Invitation>('Invitation', body), caller, this.now()));
  }

  @Serves(OPERATIONS.inviteUserAgain)
  async again(
    @Param('organization') name: string,
    @Param('user') userId: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
  ): Promise<object> {
    const { printLink } = validated<Pick<Invitation, 'printLink'>>('InvitationAgain', body);
    return view(await this.invitations.again(name, userId, printLink, caller, this.now()));
  }
}

function view({ userId, expiresAt, link }: Invited): object {
  return { userId, expiresAt: expiresAt.toISOString(), link: link ?? null };
}

import { Controller, Inject, Param } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import { Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { declaredDirectory, SCIM_URL, scimBaseUrl } from './declared-directory.ts';
import { requestView } from './requests.controller.ts';
import { tokenViews } from './token-view.ts';

/** How the directory of an organization is doing. */
@Controller()
export class DirectoryController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SCIM_URL) private readonly scimUrl: string,
  ) {}

  @Serves(OPERATIONS.readDirectory)
  async read(@Param('organization') name: string): Promise<object> {
    const { record, scim } = await declaredDirectory(this.database, name);
    const { organizationId } = record;
    const { directory, directoryTokens, directoryRequests } = this.database;
    const { users, activeUsers, groups } = await directory.counts(organizationId);
    const openHolds = await directory.openHolds(organizationId, scim.brake, this.clock());
    const stored = await directoryTokens.list(organizationId);
    const [last] = (await directoryRequests.list(organizationId, { limit: 1 })).requests;
    const bad = { outcomes: ['refused', 'failed'], limit: 1 } as const;
    const [problem] = (await directoryRequests.list(organizationId, bad)).requests;
    const tokens = tokenViews(stored, scim, this.clock());
    const alive = new Set(tokens.filter(({ state }) => state === 'active').map((token) => token['name']));
    return {
      enabled: scim.enabled,
      mode: scim.mode,
      baseUrl: scimBaseUrl(this.scimUrl),
      users,
      activeUsers,
      groups,
      openHolds,
      tokens,
      missingTokens: Object.keys(scim.tokens).filter((declared) => !alive.has(declared)),
      lastRequest: last ? requestView(last) : null,
      lastProblem: problem ? requestView(problem) : null,
    };
  }
}

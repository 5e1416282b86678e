import { Controller, Inject, Param, Query } from '@nestjs/common';
import type { Database, DirectoryRequestSummary } from '@rolecall/persistence';
import { DATABASE, Problem } from '@rolecall/platform';
import { Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { Query as Parameters } from '../api/query.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { cursorText, isRequestId, requestFilterOf } from './request-query.ts';

/** What identity providers asked of a directory; readable also after the directory is gone. */
@Controller()
export class DirectoryRequestsController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Serves(OPERATIONS.listDirectoryRequests)
  async list(@Param('organization') name: string, @Query() query: Parameters): Promise<object> {
    const filter = requestFilterOf(query);
    const { organizationId } = await knownOrganization(this.database, name);
    const { requests, nextCursor } = await this.database.directoryRequests.list(organizationId, filter);
    return {
      requests: requests.map(requestView),
      nextCursor: nextCursor === undefined ? null : cursorText(nextCursor),
    };
  }

  @Serves(OPERATIONS.readDirectoryRequest)
  async read(@Param('organization') name: string, @Param('requestId') id: string): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    const found = isRequestId(id) ? await this.database.directoryRequests.find(organizationId, id) : undefined;
    if (found) return { ...requestView(found), payload: found.payload ?? null };
    const sentence = 'no request of this directory has this id; requests are kept for 30 days';
    throw new Problem(404, 'request_not_found', sentence);
  }
}

/** A key that holds nothing is null, so that every request has all of them. */
export function requestView(request: DirectoryRequestSummary): object {
  const { requestId, at, tokenName, method, route, status, outcome, quirks, attributes, milliseconds } = request;
  const { scimType = null, resourceType = null, resourceId = null, detail = null, hint = null } = request;
  const what = { requestId, at, token: tokenName, method, route, status, scimType, outcome };
  return { ...what, quirks, resourceType, resourceId, attributes, detail, hint, milliseconds };
}

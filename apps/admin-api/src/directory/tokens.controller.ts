import { Body, Controller, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EffectiveScim } from '@rolecall/org-config';
import { MAX_DIRECTORY_TOKENS, PersistenceError } from '@rolecall/persistence';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, Problem, traceOf } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { DirectoryTokenRequest } from '../api/requests.ts';
import { validated } from '../api/validate.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { declaredDirectory, SCIM_URL, scimBaseUrl } from './declared-directory.ts';
import { viewOf } from './token-view.ts';

/** Bearer tokens of SCIM clients: made on request under a declared name, shown once, ended. */
@Controller()
export class DirectoryTokensController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SCIM_URL) private readonly scimUrl: string,
  ) {}

  @Serves(OPERATIONS.issueDirectoryToken)
  async issue(
    @Param('organization') organization: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const { name } = validated<DirectoryTokenRequest>('DirectoryTokenRequest', body);
    const { record, scim } = await declaredDirectory(this.database, organization);
    const policy = policyOf(scim, name);
    const change = { by: caller.id, kind: caller.kind, now: this.clock(), traceId: traceOf(request).traceId };
    const token = { name, revision: record.revision, ...policy };
    const issued = await this.database.directoryTokens.issue(record.organizationId, token, change).catch(overtaken);
    if (issued === 'too_many') {
      const sentence = `${MAX_DIRECTORY_TOKENS} tokens called ${name} are alive already; revoke one of them first`;
      throw new Problem(409, 'too_many_tokens', sentence);
    }
    return { value: issued.value, baseUrl: scimBaseUrl(this.scimUrl), token: viewOf(issued.token, 'active') };
  }

  @Serves(OPERATIONS.revokeDirectoryToken)
  async revoke(
    @Param('organization') organization: string,
    @Param('tokenId') id: string,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, organization);
    const change = { by: caller.id, kind: caller.kind, now: this.clock(), traceId: traceOf(request).traceId };
    if (await this.database.directoryTokens.revoke(organizationId, id, change)) return { id };
    throw new Problem(404, 'unknown_directory_token', 'no token of this id is alive in this directory');
  }
}

/** @throws Problem 404 `unknown_directory_token` */
function policyOf({ tokens }: EffectiveScim, name: string): { rotateSeconds: number; overlapSeconds: number } {
  const declared = Object.hasOwn(tokens, name) ? tokens[name] : undefined;
  if (declared) return { rotateSeconds: declared.rotateSeconds, overlapSeconds: declared.overlapSeconds };
  const known = Object.keys(tokens).join(', ') || 'none';
  const sentence = `the document declares no token of this name under spec.scim.tokens; it declares: ${known}`;
  throw new Problem(404, 'unknown_directory_token', sentence);
}

function overtaken(error: unknown): never {
  if (!(error instanceof PersistenceError) || error.code !== 'stale_revision') throw error;
  throw new Problem(
    409,
    'overtaken',
    'an apply changed the organization at this moment and nothing was issued; try again',
  );
}

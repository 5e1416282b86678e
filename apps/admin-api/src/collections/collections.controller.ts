import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { knownOnly } from '../api/query.ts';
import type { Query as Parameters } from '../api/query.ts';
import type { CompareRequest } from '../api/requests.ts';
import { viewOf } from '../expiry/expiry-view.ts';
import { requireDistinctPaths, validated } from '../api/validate.ts';
import { driftReport } from './drift.ts';

/** How long before its time the rotation of a directory's token is asked for. */
const ROTATION_NOTICE_MS = 14 * 24 * 60 * 60 * 1000;

/** How long before its end a plan speaks of something, and of how many things. */
const EXPIRY_NOTICE_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_ENDING = 20;

@Controller()
export class CollectionsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A collection that nobody applied yet is at generation 0. */
  @Serves(OPERATIONS.readCollection)
  async read(@Param('collection') name: string, @Caller() caller: Principal): Promise<object> {
    const { collections, directoryTokens } = this.database;
    const { generation, rootDigest = null, deviating } = await collections.state(validated('Slug', name));
    const directoryTokensDue = await directoryTokens.due(name, new Date(this.clock().getTime() + ROTATION_NOTICE_MS));
    const endingSoon = await this.endingSoon(name);
    const collection = { name, generation, rootDigest, deviating, directoryTokensDue, endingSoon };
    if (!caller.rights.includes('plan')) return collection;
    const key = await collections.fingerprintKey(name);
    return { ...collection, fingerprintKey: key.toString('base64') };
  }

  /** What a plan warns of beside what the files themselves tell (client secrets, exemptions) and tokens of directories, which are due earlier. */
  private async endingSoon(collection: string): Promise<readonly object[]> {
    const now = this.clock();
    const before = new Date(now.getTime() + EXPIRY_NOTICE_MS);
    const kinds = ['idp-certificate', 'metadata-valid-until', 'sp-key'] as const;
    const items = await this.database.expiry.list({ now, before, collection, kinds, limit: MAX_ENDING });
    return items.map((item) => viewOf(item, now));
  }

  @Serves(OPERATIONS.readDrift)
  drift(@Param('collection') name: string, @Query() query: Parameters, @Caller() caller: Principal): Promise<object> {
    knownOnly(query, ['cursor']);
    const after = query['cursor'] === undefined ? {} : { after: validated<string>('Slug', query['cursor']) };
    const wanted = { collection: validated<string>('Slug', name), ...after, actor: caller.id };
    return driftReport(this.database, wanted, this.clock());
  }

  @Serves(OPERATIONS.compareFiles)
  compare(@Param('collection') name: string, @Body() body: unknown): Promise<object> {
    const { files } = validated<CompareRequest>('CompareRequest', body);
    requireDistinctPaths(files);
    return this.database.collections.compare(validated('Slug', name), files);
  }
}

import { Body, Controller, Inject, Param } from '@nestjs/common';
import type { ApiToken, Database } from '@rolecall/persistence';
import { DATABASE } from '@rolecall/platform';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { CompareRequest } from '../api/requests.ts';
import { requireDistinctPaths, validated } from '../api/validate.ts';

@Controller()
export class CollectionsController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** A collection that nobody applied yet is at generation 0. */
  @Serves(OPERATIONS.readCollection)
  async read(@Param('name') name: string, @Caller() caller: ApiToken): Promise<object> {
    const { collections } = this.database;
    const { generation, rootDigest = null } = await collections.state(validated('Slug', name));
    const collection = { name, generation, rootDigest };
    if (!caller.rights.includes('plan')) return collection;
    return { ...collection, fingerprintKey: collections.fingerprintKey(name).toString('base64') };
  }

  @Serves(OPERATIONS.compareFiles)
  compare(@Param('name') name: string, @Body() body: unknown): Promise<object> {
    const { files } = validated<CompareRequest>('CompareRequest', body);
    requireDistinctPaths(files);
    return this.database.collections.compare(validated('Slug', name), files);
  }
}

import { Controller, Inject } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { DATABASE, Problem } from '@rolecall/platform';
import { Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';

/** The document of the deployment as it is. */
@Controller()
export class PlatformController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Serves(OPERATIONS.readPlatform)
  async read(): Promise<object> {
    const live = await this.database.platform.live();
    if (!live) throw new Problem(404, 'no_platform', 'nobody has applied a document of kind Platform yet');
    const { revision, digest, collection, document, origin, appliedAt } = live;
    return {
      revision,
      digest,
      collection,
      document,
      appliedAt: appliedAt.toISOString(),
      appliedBy: origin.actor,
      file: origin.file ?? null,
    };
  }
}

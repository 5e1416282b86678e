import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { Query as Parameters } from '../api/query.ts';
import { validated } from '../api/validate.ts';
import { importUsers } from './import-users.ts';
import { takesLastSsoAdmin } from './user-query.ts';

/** Many users at once, from a file. */
@Controller()
export class ImportController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Serves(OPERATIONS.importUsers)
  async import(
    @Param('organization') name: string,
    @Body() body: unknown,
    @Query() query: Parameters,
    @Caller() caller: Principal,
  ): Promise<object> {
    const { csv, apply = false } = validated<{ csv: string; apply?: boolean }>('UserImport', body);
    const wanted = { csv, apply, takesLastSsoAdmin: takesLastSsoAdmin(query) };
    const imported = await importUsers(this.database, name, wanted, caller, this.now());
    return { applied: apply, ...imported };
  }
}

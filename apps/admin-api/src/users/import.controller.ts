import { Body, Controller, Inject, Param } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { validated } from '../api/validate.ts';
import { importUsers } from './import-users.ts';

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
    @Caller() caller: Principal,
  ): Promise<object> {
    const { csv, apply = false } = validated<{ csv: string; apply?: boolean }>('UserImport', body);
    const imported = await importUsers(this.database, name, { csv, apply }, caller, this.now());
    return { applied: apply, ...imported };
  }
}

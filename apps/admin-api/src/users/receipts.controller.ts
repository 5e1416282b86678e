import { Controller, Inject, Param, Query } from '@nestjs/common';
import { isUuid } from '@rolecall/persistence';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, Problem } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import { Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { invalidQuery, knownOnly } from '../api/query.ts';
import type { Query as Parameters } from '../api/query.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { receiptView } from './receipt-view.ts';

/** Of the JWS of a receipt: a signature of another kind is none of these. */
const RECEIPT_TYPE = 'rolecall-offboarding-receipt+jwt';

/** What ended with users who went, by users and signed. */
@Controller()
export class ReceiptsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Also of a user who is gone. */
  @Serves(OPERATIONS.listUserReceipts)
  async list(@Param('organization') name: string, @Query() query: Parameters): Promise<object> {
    knownOnly(query, ['user']);
    const { user } = query;
    if (typeof user !== 'string' || !isUuid(user)) throw invalidQuery('`user` is the id of a user');
    const { organizationId } = await knownOrganization(this.database, name);
    return { receipts: (await this.database.users.receiptsOf(organizationId, user)).map(receiptView) };
  }

  /** The signature is over the organization and everything that the receipt says. */
  @Serves(OPERATIONS.readReceipt)
  async read(@Param('organization') name: string, @Param('receipt') id: string): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    const found = await this.database.users.receipt(organizationId, id);
    if (found === undefined) throw new Problem(404, 'unknown_receipt', 'the organization has no receipt of this id');
    const now = this.now();
    const receipt = receiptView(found);
    const payload = { organization: name, organizationId, receipt, signedAt: now.toISOString() };
    return { receipt, jws: await this.database.signingKeys.signJws(payload, { type: RECEIPT_TYPE, now }) };
  }
}

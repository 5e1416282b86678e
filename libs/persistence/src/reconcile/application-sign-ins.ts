import type { ClosedApplication, EndedSignIns } from '@rolecall/reconcile';
import type { Statement } from '../sql.ts';
import type { OrganizationConnection } from './organization-connection.ts';

/**
 * What the applications of $2 hold, by their names: sign-ins of an OpenID Connect client that have a token still (at $3), and cookies of
 * its proxy.
 */
const COUNT: Statement = {
  name: 'reconcile.count-application-sign-ins',
  text: `
select c.application, (n.grants + n.cookies)::integer as "signIns"
from jsonb_to_recordset($2::jsonb) as c(application text, former text, client boolean, origins jsonb)
cross join lateral (
  select
    (select count(*) from application_grants g
      where c.client and g.org_id = $1 and g.application = c.former and exists (
        select from application_tokens t
        where t.org_id = $1 and t.grant_id = g.grant_id and t.expires_at > $3::timestamptz)) as grants,
    (select count(*) from forward_sessions f
      where f.org_id = $1 and f.flow_hash is null and c.origins ? f.origin) as cookies
) n
where n.grants + n.cookies > 0
order by c.application collate "C"`,
};

const END_CLIENTS: Statement = {
  name: 'reconcile.end-application-grants',
  text: 'delete from application_grants where org_id = $1 and application = any($2::text[])',
};

const END_PROXIES: Statement = {
  name: 'reconcile.end-forward-sessions',
  text: 'delete from forward_sessions where org_id = $1 and origin = any($2::text[])',
};

const RENAME_APPLICATION: Statement = {
  name: 'reconcile.rename-application',
  text: 'update application_grants set application = $3 where org_id = $1 and application = $2',
};

/**
 * What becomes of the sign-ins to applications of one organization in an apply: noted as it goes, and done at its end. Whoever ends a
 * session locks that first, and then what hangs on it; so does an apply.
 */
export class ApplicationSignIns {
  /** By the name that the application has afterwards. */
  readonly #former = new Map<string, string>();
  readonly #closed: ClosedApplication[] = [];

  constructor(
    private readonly on: OrganizationConnection,
    private readonly organizationId: string,
  ) {}

  rename(from: string, to: string): void {
    this.#former.set(to, from);
  }

  /** Tells how many sign-ins these hold at `now`, of each that has any, by name. */
  close(closed: readonly ClosedApplication[], now: Date): Promise<readonly EndedSignIns[]> {
    this.#closed.push(...closed);
    const named = closed.map((one) => ({ ...one, former: this.#formerOf(one) }));
    return this.on.query<EndedSignIns & object>(this.organizationId, COUNT, [JSON.stringify(named), now]);
  }

  /** Also what waits for its browser ends. */
  async finish(): Promise<void> {
    if (this.#closed.length > 0) {
      const clients = this.#closed.flatMap((one) => (one.client ? [this.#formerOf(one)] : []));
      await this.on.query(this.organizationId, END_CLIENTS, [clients]);
      await this.on.query(this.organizationId, END_PROXIES, [this.#closed.flatMap(({ origins }) => origins)]);
    }
    for (const [to, from] of this.#former) await this.on.query(this.organizationId, RENAME_APPLICATION, [from, to]);
  }

  #formerOf({ application }: ClosedApplication): string {
    return this.#former.get(application) ?? application;
  }
}

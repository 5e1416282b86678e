import type { Statement } from '../sql.ts';

const COLUMNS = 'collection, fencing, holder, token, taken_at, expires_at, secret_digest, deletes, affected';

/** No row comes back while somebody else's is alive at $4. */
export const TAKE_LEASE: Statement = {
  name: 'reconcile.take-lease',
  text: `
insert into collection_leases as l (${COLUMNS}) values ($1, 1, $2, $3, $4::timestamptz, $5::timestamptz, $6, 0, 0)
on conflict (collection) do update
set fencing = l.fencing + 1, holder = excluded.holder, token = excluded.token, taken_at = excluded.taken_at,
  expires_at = excluded.expires_at, secret_digest = excluded.secret_digest,
  deletes = 0, affected = 0
where l.expires_at is null or l.expires_at <= $4::timestamptz
returning ${COLUMNS}`,
};

export const RENEW_LEASE: Statement = {
  name: 'reconcile.renew-lease',
  text: `
update collection_leases set expires_at = $3::timestamptz
where collection = $1 and fencing = $2 and secret_digest = $4 and expires_at is not null
returning ${COLUMNS}`,
};

/** What comes back is the lease as it was. */
export const END_LEASE: Statement = {
  name: 'reconcile.end-lease',
  text: `
with before as (
  select ${COLUMNS} from collection_leases
  where collection = $1 and ($2::integer is null or fencing = $2::integer and secret_digest = $3)
    and expires_at is not null
  for update
), ended as (
  update collection_leases l set expires_at = null from before where l.collection = before.collection
)
select ${COLUMNS} from before`,
};

export const COUNT_UNDER_LEASE: Statement = {
  name: 'reconcile.count-under-lease',
  text: `
update collection_leases set deletes = deletes + $3::integer, affected = affected + $4::integer
where collection = $1 and fencing = $2`,
};

export const READ_LEASE: Statement = {
  name: 'reconcile.read-lease',
  text: `select ${COLUMNS} from collection_leases where collection = $1 and expires_at is not null`,
};

/** Waits for whoever changes it, and sees what they made of it. */
export const HOLD_LEASE: Statement = { name: 'reconcile.hold-lease', text: `${READ_LEASE.text}\nfor share` };

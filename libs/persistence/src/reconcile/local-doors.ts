import type { ClosedDoors, LocalDoors } from '@rolecall/reconcile';
import { queueMails } from '../mails/outbox.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Statement } from '../sql.ts';
import type { OutgoingMail } from '../stores/mails.ts';
import type { OrganizationConnection } from './organization-connection.ts';

/** $2 exempt addresses in lower case; one with letters that only look like ASCII in lower case is none of them. */
const NOT_EXEMPT = `(u.email_key = any($2::text[]) and u.email ~ '^[!-~]+$') is not true`;

/** Users of the organization who are not exempt, joined to what they have. */
const THEIRS = (has: string) => `u.org_id = $1 and ${has}.org_id = $1 and ${has}.user_id = u.user_id and ${NOT_EXEMPT}`;

/** What closing would end, without ending it. */
const COUNT_DOORS: Statement = {
  name: 'reconcile.count-local-doors',
  text: `
select
  (select count(*)::integer from users u, sessions s
   where ${THEIRS('s')} and s.identity_provider = '@password' and $3::boolean) as sessions,
  (select count(*)::integer from users u, local_accounts l
   where ${THEIRS('l')} and l.totp_confirmed_at is not null) as "secondFactors"`,
};

/** Who had a password or a second factor is told; locked out people have no mail to read about it. */
const CLOSE_DOORS: Statement = {
  name: 'reconcile.close-local-doors',
  text: `
with ended as (
  delete from sessions s using users u
  where ${THEIRS('s')} and s.identity_provider = '@password' and $3::boolean
  returning s.user_id
), pending as (
  delete from pending_sign_ins p using users u where ${THEIRS('p')}
), links as (
  delete from one_time_links k using users u where ${THEIRS('k')} and k.purpose = 'password-reset'
), codes as (
  delete from recovery_codes c using users u where ${THEIRS('c')}
), had as (
  select l.user_id, l.password_hash is not null as password, l.totp_confirmed_at is not null as factor
  from local_accounts l, users u where ${THEIRS('l')}
), off as (
  update local_accounts l set totp_secret = null, totp_confirmed_at = null, totp_last_step = null
  from users u where ${THEIRS('l')} and l.totp_secret is not null
)
select (select count(*)::integer from ended) as sessions,
  coalesce((
    select jsonb_agg(jsonb_build_object('to', u.email, 'password', h.password, 'factor', h.factor) order by u.user_id)
    from had h, users u
    where u.org_id = $1 and u.user_id = h.user_id and u.status <> 'disabled' and u.email is not null
      and (h.password or h.factor)), '[]') as told`,
};

const COUNT_SESSIONS: Statement = {
  name: 'reconcile.count-sessions',
  text: 'select count(*)::integer as users from sessions where org_id = $1',
};

const END_ALL_SESSIONS: Statement = {
  name: 'reconcile.end-all-sessions',
  text: `
with ended as (
  delete from sessions s where s.org_id = $1 returning s.user_id
)
select (select count(*)::integer from ended) as sessions,
  coalesce((
    select jsonb_agg(jsonb_build_object('to', u.email) order by u.user_id)
    from users u
    where u.org_id = $1 and u.status <> 'disabled' and u.email is not null
      and u.user_id in (select user_id from ended)), '[]') as told`,
};

interface Ended {
  readonly sessions: number;
  readonly told: readonly { readonly to: string; readonly password?: boolean; readonly factor?: boolean }[];
}

/** What `closeDoors` would end now. */
export async function countDoors(on: OrganizationConnection, organizationId: string, doors: LocalDoors) {
  const values = [doors.exempt, doors.endSessions];
  const [row] = await on.query<ClosedDoors>(organizationId, COUNT_DOORS, values);
  return row ?? { sessions: 0, secondFactors: 0 };
}

export function countSessions(on: OrganizationConnection, organizationId: string): Promise<number> {
  return on.count(organizationId, COUNT_SESSIONS);
}

/**
 * Ends what the change of a document ends, and queues the mails about it.
 * @param what `LocalDoors` where SSO is enforced, `all` where it is no longer
 * @returns sessions that ended
 */
export async function endSignIns(
  on: OrganizationConnection,
  vault: Vault,
  what: LocalDoors | 'all',
  now: Date,
): Promise<number> {
  const id = vault.organizationId;
  const [ended] =
    what === 'all'
      ? await on.query<Ended>(id, END_ALL_SESSIONS)
      : await on.query<Ended>(id, CLOSE_DOORS, [what.exempt, what.endSessions]);
  const mails = (ended?.told ?? []).flatMap((told) => (what === 'all' ? [mail('sso-off', told.to)] : noticesFor(told)));
  await queueMails(on.client, vault, mails, now);
  return ended?.sessions ?? 0;
}

function noticesFor({ to, password, factor }: Ended['told'][number]): OutgoingMail[] {
  return [...(password ? [mail('sso-enforced', to)] : []), ...(factor ? [mail('second-factor-off', to)] : [])];
}

function mail(kind: 'sso-enforced' | 'sso-off' | 'second-factor-off', to: string): OutgoingMail {
  return { kind, to, data: {} };
}

import type { Declaration, Deviation, Override } from '@rolecall/reconcile';
import * as sql from './declaration-statements.ts';
import type { OrganizationConnection } from './organization-connection.ts';

export async function readDeclaration(
  on: OrganizationConnection,
  organizationId: string,
): Promise<Declaration | undefined> {
  const [row] = await on.query<Declaration>(organizationId, sql.DECLARATION);
  return row;
}

export async function writeDeclaration(
  on: OrganizationConnection,
  organizationId: string,
  { document, digest, origin }: Declaration & { readonly digest: string },
  deviation: Deviation | undefined,
): Promise<void> {
  const values = [digest, JSON.stringify(document), JSON.stringify(origin), ...columnsOf(deviation)];
  await on.query(organizationId, sql.DECLARE, values);
}

export async function writeDeviation(
  on: OrganizationConnection,
  organizationId: string,
  deviation: Deviation | undefined,
): Promise<void> {
  await on.query(organizationId, sql.DEVIATE, columnsOf(deviation));
}

/** By path. */
export async function readOverrides(on: OrganizationConnection, organizationId: string): Promise<readonly Override[]> {
  const rows = await on.query<OverrideFound>(organizationId, sql.OVERRIDES);
  return rows.map(({ former, stays, ...override }) => {
    return { ...override, ...(former && { former }), ...(stays !== null && { stays }) };
  });
}

type OverrideFound = Omit<Override, 'former' | 'stays'> & {
  readonly former: Override['former'] | null;
  readonly stays: string | null;
};

export async function writeOverrides(
  on: OrganizationConnection,
  organizationId: string,
  overrides: readonly Override[],
): Promise<void> {
  await on.query(organizationId, sql.REPLACE_OVERRIDES, [JSON.stringify(overrides)]);
}

/** `drifts_at` and `unmanaged`. */
function columnsOf(deviation: Deviation | undefined): readonly unknown[] {
  return [deviation?.driftsAt ?? null, deviation?.unmanaged ?? 0];
}

import { randomUUID } from 'node:crypto';

/** Names a grant to oidc-provider, which keeps it to itself: the organization is known before anything is looked up. */
export interface GrantId {
  readonly organizationId: string;
  readonly grantId: string;
}

export function newGrantId(organizationId: string): string {
  return grantIdOf({ organizationId, grantId: randomUUID() });
}

export function grantIdOf({ organizationId, grantId }: GrantId): string {
  return `${organizationId}/${grantId}`;
}

export function readGrantId(id: string): GrantId {
  const [organizationId = '', grantId = ''] = id.split('/');
  return { organizationId, grantId };
}

import { defineEntity, p } from '@mikro-orm/core';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** One sign-in of a session to an application by OpenID Connect; ends with the session. */
export const ApplicationGrantRow = defineEntity({
  name: 'ApplicationGrantRow',
  tableName: 'application_grants',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [{ name: 'application_grants_session', properties: ['orgId', 'sessionTokenHash'] }],
  properties: {
    orgId: p.uuid().primary(),
    grantId: p.uuid().primary(),
    sessionTokenHash: p.blob(),
    application: p.text(),
    /** With the names by which the application asked, which may be former ones. */
    clientId: p.text(),
    scope: p.text(),
    createdAt: p.datetime(3),
  },
});

/** What the application got of it, as SHA-256; ends with the grant. */
export const ApplicationTokenRow = defineEntity({
  name: 'ApplicationTokenRow',
  tableName: 'application_tokens',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'application_tokens_grant', properties: ['orgId', 'grantId'] },
    { name: 'application_tokens_expiry', properties: ['orgId', 'expiresAt'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    tokenHash: p.blob().primary(),
    kind: p.text().$type<'code' | 'access' | 'refresh'>(),
    grantId: p.uuid(),
    /** Of oidc-provider: redirect URI, nonce, challenge; no secret, nothing of the user. */
    payload: p.json<Readonly<Record<string, unknown>>>(),
    issuedAt: p.datetime(3),
    expiresAt: p.datetime(3),
    /** Used up; kept so that a second use is noticed. */
    consumedAt: p.datetime(3).nullable(),
  },
});

/** A cookie of forward-auth on the origin of an application, or the handle that waits to become one; ends with the session. */
export const ForwardSessionRow = defineEntity({
  name: 'ForwardSessionRow',
  tableName: 'forward_sessions',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'forward_sessions_session', properties: ['orgId', 'sessionTokenHash'] },
    { name: 'forward_sessions_expiry', properties: ['orgId', 'handleExpiresAt'] },
  ],
  checks: [{ name: 'forward_sessions_handle', expression: '(flow_hash is null) = (handle_expires_at is null)' }],
  properties: {
    orgId: p.uuid().primary(),
    tokenHash: p.blob().primary(),
    sessionTokenHash: p.blob(),
    origin: p.text(),
    /** Of the browser that waits: a handle has one, a cookie none. */
    flowHash: p.blob().nullable(),
    createdAt: p.datetime(3),
    handleExpiresAt: p.datetime(3).nullable(),
  },
});

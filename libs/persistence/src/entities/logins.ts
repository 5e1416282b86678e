import { defineEntity, p } from '@mikro-orm/core';
import type { FactsJson } from '@rolecall/role-mapping';
import type { Announcement, FlowRecord, PinnedOidcProvider, PostedAnswer } from '../stores.ts';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** A login under way: pending until its assertion is accepted, then waiting at `/saml/continue`, then gone. */
export const LoginTransaction = defineEntity({
  name: 'LoginTransaction',
  tableName: 'login_transactions',
  ...OWN_ORGANIZATION_ONLY,
  uniques: [
    { name: 'login_transactions_handle', properties: ['orgId', 'handleHash'] },
    { name: 'login_transactions_state', properties: ['orgId', 'stateHash'] },
  ],
  checks: [{ name: 'login_transactions_browser', expression: 'unsolicited or browser_hash is not null' }],
  indexes: [{ name: 'login_transactions_expiry', properties: ['orgId', 'expiresAt'] }],
  properties: {
    orgId: p.uuid().primary(),
    requestId: p.text().primary(),
    identityProvider: p.text().primary(),
    /** Null while no browser has shown the handle of a login that began at the IdP. */
    browserHash: p.blob().nullable(),
    traceId: p.text(),
    returnTo: p.text().nullable(),
    mode: p.text().$type<'login' | 'test'>(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    /** From here on: set when the assertion was accepted. */
    handleHash: p.blob().nullable(),
    nameId: p.text().nullable(),
    nameIdFormat: p.text().nullable(),
    sessionIndex: p.text().nullable(),
    sessionNotOnOrAfter: p.datetime(3).nullable(),
    facts: p.json<FactsJson>().nullable(),
    /** At an OpenID provider: SHA-256 of the random part of `state`, and what the code exchange needs. */
    stateHash: p.blob().nullable(),
    nonce: p.text().nullable(),
    codeVerifier: p.text().nullable(),
    /** It began at the IdP, without a request of ours. */
    unsolicited: p.boolean().default(false),
    provider: p.json<PinnedOidcProvider>().nullable(),
    /** What the provider posted, until the browser comes for it. */
    answer: p.json<PostedAnswer>().nullable(),
    /** The signed-in user to whom the identity is to be linked. */
    linkUserId: p.uuid().nullable(),
  },
});

/**
 * Ids of assertions that were accepted, until they could not be replayed any more; and of LogoutRequests and logout tokens,
 * which begin with `logout:`.
 */
export const UsedAssertion = defineEntity({
  name: 'UsedAssertion',
  tableName: 'used_assertions',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [{ name: 'used_assertions_expiry', properties: ['orgId', 'replayableUntil'] }],
  properties: {
    orgId: p.uuid().primary(),
    identityProvider: p.text().primary(),
    assertionId: p.text().primary(),
    replayableUntil: p.datetime(3),
  },
});

/** A sign-out at an IdP that was asked for: waits for the IdP's answer, then for the browser at `/logged-out`. */
export const Logout = defineEntity({
  name: 'Logout',
  tableName: 'logouts',
  ...OWN_ORGANIZATION_ONLY,
  uniques: [{ name: 'logouts_state', properties: ['orgId', 'stateHash'] }],
  indexes: [{ name: 'logouts_expiry', properties: ['orgId', 'expiresAt'] }],
  properties: {
    orgId: p.uuid().primary(),
    /** The LogoutRequest's id; at an OpenID provider any id that is used once. */
    requestId: p.text().primary(),
    identityProvider: p.text().primary(),
    browserHash: p.blob(),
    /** SHA-256 of the random part of `state`; at a SAML IdP set when its answer came. */
    stateHash: p.blob().nullable(),
    /** Whether the IdP ended its session too; null = it has not said so, and an OpenID provider never does. */
    everywhere: p.boolean().nullable(),
    expiresAt: p.datetime(3),
  },
});

/** A signed-in browser, found by the SHA-256 of its cookie's secret. */
export const Session = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'sessions_user', properties: ['orgId', 'userId'] },
    { name: 'sessions_expiry', properties: ['orgId', 'expiresAt'] },
    { name: 'sessions_subject', properties: ['orgId', 'nameId'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    tokenHash: p.blob().primary(),
    userId: p.uuid(),
    identityProvider: p.text(),
    nameIdFormat: p.text(),
    nameId: p.text(),
    sessionIndex: p.text().nullable(),
    openedAt: p.datetime(3),
    expiresAt: p.datetime(3),
    idleSeconds: p.integer(),
    idleExpiresAt: p.datetime(3),
    announcement: p.json<Announcement>().nullable(),
    /** For people: words of ours. */
    browser: p.text().nullable(),
  },
});

/** The redacted trace of one login. */
export const FlowRecordRow = defineEntity({
  name: 'FlowRecordRow',
  tableName: 'flow_records',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'flow_records_finished', properties: ['orgId', 'finishedAt'] },
    {
      name: 'flow_records_refused',
      expression: `create index "flow_records_refused" on "flow_records" ("org_id", "finished_at", "trace_id") where "outcome" = 'refused'`,
    },
  ],
  properties: {
    orgId: p.uuid().primary(),
    traceId: p.text().primary(),
    kind: p.text().$type<FlowRecord['kind']>(),
    identityProvider: p.text(),
    startedAt: p.datetime(3),
    /** In the key, so that a forged response under a pending login's trace id cannot take the place of the real one. */
    finishedAt: p.datetime(3).primary(),
    outcome: p.text().$type<FlowRecord['outcome']>(),
    code: p.text().nullable(),
    mustAct: p.text().$type<NonNullable<FlowRecord['mustAct']>>().nullable(),
    userId: p.uuid().nullable(),
    steps: p.json<FlowRecord['steps']>(),
    /** The vendor of the identity provider, such as `okta`. */
    vendor: p.text().nullable(),
  },
});

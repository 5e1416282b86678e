import { defineEntity, p } from '@mikro-orm/core';
import type { Actor, AuditEventType } from '@rolecall/audit';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** The last link of an organization's chain; locked while links are appended. */
export const AuditHead = defineEntity({
  name: 'AuditHead',
  tableName: 'audit_heads',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    seq: p.bigint(),
    hash: p.blob(),
  },
});

/** Append-only; kept when the organization is deleted, as the last event says by whom. */
export const AuditEventRow = defineEntity({
  name: 'AuditEventRow',
  tableName: 'audit_events',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'audit_events_type', properties: ['orgId', 'type', 'seq'] },
    { name: 'audit_events_actor', properties: ['orgId', 'actorId', 'seq'] },
    { name: 'audit_events_subject', properties: ['orgId', 'subject', 'seq'] },
    { name: 'audit_events_at', properties: ['orgId', 'at'] },
    { name: 'audit_events_origin', properties: ['orgId', 'origin', 'seq'], where: 'origin is not null' },
  ],
  properties: {
    orgId: p.uuid().primary(),
    seq: p.bigint().primary(),
    type: p.text().$type<AuditEventType>(),
    at: p.datetime(3),
    actorKind: p.text().$type<Actor['kind']>(),
    actorId: p.text(),
    subject: p.text(),
    data: p.json<Readonly<Record<string, unknown>>>(),
    traceId: p.text().nullable(),
    digest: p.blob(),
    hash: p.blob(),
    /** Commitment to the client, whose row may be erased. */
    origin: p.blob().nullable(),
  },
});

/** What the commitments of events were made of; written once, and erased after a while. Kept when the organization is deleted, as long. */
export const AuditOrigin = defineEntity({
  name: 'AuditOrigin',
  tableName: 'audit_origins',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'audit_origins_address', properties: ['orgId', 'address'] },
    { name: 'audit_origins_first_seen', properties: ['orgId', 'firstSeenAt'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    digest: p.blob().primary(),
    address: p.string().columnType('inet'),
    salt: p.blob(),
    firstSeenAt: p.datetime(3),
  },
});

/** How many days they stand there at least: of the owner, for the whole deployment. */
export const AuditAddressDays = defineEntity({
  name: 'AuditAddressDays',
  tableName: 'audit_address_days',
  checks: [
    { name: 'audit_address_days_one_check', property: 'one', expression: 'one' },
    { name: 'audit_address_days_days_check', property: 'days', expression: 'days >= 0 and days <= 3650' },
  ],
  properties: {
    one: p.boolean().primary().default(true),
    days: p.integer(),
  },
});

/** On which days an organization has addresses to erase: a routing table, over all organizations. Nothing personal. */
export const AuditOriginDay = defineEntity({
  name: 'AuditOriginDay',
  tableName: 'audit_origin_days',
  properties: {
    day: p.date().primary(),
    orgId: p.uuid().primary(),
  },
});

import { defineEntity, p } from '@mikro-orm/core';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** A mail that waits to be sent, sealed with the organization's data key. Gone when it was sent or given up. */
export const MailRow = defineEntity({
  name: 'MailRow',
  tableName: 'mails',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    mailId: p.uuid().primary(),
    sealed: p.blob(),
    createdAt: p.datetime(3),
  },
});

/** When which mail is sent or tried again: a routing table, over all organizations. Nothing personal. */
export const DueMail = defineEntity({
  name: 'DueMail',
  tableName: 'due_mails',
  indexes: [{ name: 'due_mails_give_up', properties: ['giveUpAt'] }],
  properties: {
    orgId: p.uuid().primary(),
    mailId: p.uuid().primary(),
    /** Also the end of the time for which a process has it to itself. */
    dueAt: p.datetime(3),
    giveUpAt: p.datetime(3),
    /** Begun. */
    tries: p.integer(),
  },
});

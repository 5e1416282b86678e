import { DEPLOYMENT_EVENTS } from './catalogue/deployment.ts';
import { DIRECTORY_EVENTS } from './catalogue/directory.ts';
import { ORGANIZATION_EVENTS } from './catalogue/organizations.ts';
import { SIGN_IN_EVENTS } from './catalogue/sign-ins.ts';
import { USER_EVENTS } from './catalogue/users.ts';
import type { CataloguedEvent } from './catalogue/key.ts';
import type { AuditEventType } from './event.ts';

export type { CataloguedEvent, CataloguedKey, Holds } from './catalogue/key.ts';

/**
 * Every type of audit event, with everything that its data may say. What is not listed is not kept: add a key here before
 * recording it. No key holds an e-mail address, a name of a person, a value of the facts, a token or an assertion.
 */
export const EVENT_CATALOGUE: Readonly<Record<AuditEventType, CataloguedEvent>> = {
  ...ORGANIZATION_EVENTS,
  ...USER_EVENTS,
  ...SIGN_IN_EVENTS,
  ...DIRECTORY_EVENTS,
  ...DEPLOYMENT_EVENTS,
};

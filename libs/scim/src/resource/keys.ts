import type { ResourceBody, ScimObject } from '../resource.ts';
import { normalizeKey } from '../text/normalize-key.ts';
import { isObject } from './reading.ts';

/** By what a user is looked up and kept unique; `…Key` are texts as `normalizeKey` makes them. */
export interface UserKeys {
  readonly userName: string;
  readonly userNameKey: string;
  readonly externalId: string | undefined;
  readonly displayNameKey: string | undefined;
  readonly active: boolean;
}

export interface GroupKeys {
  readonly displayName: string;
  readonly displayNameKey: string;
  readonly externalId: string | undefined;
}

/** One of `emails`, at its place in the list. */
export interface EmailKey {
  readonly position: number;
  readonly valueKey: string;
  readonly typeKey: string | undefined;
  readonly isPrimary: boolean;
}

export function userKeys(body: ResourceBody): UserKeys {
  const userName = textOf(body['userName']) ?? '';
  const displayName = textOf(body['displayName']);
  return {
    userName,
    userNameKey: normalizeKey(userName),
    externalId: textOf(body['externalId']),
    displayNameKey: displayName === undefined ? undefined : normalizeKey(displayName),
    active: body['active'] !== false,
  };
}

export function groupKeys(body: ResourceBody): GroupKeys {
  const displayName = textOf(body['displayName']) ?? '';
  return { displayName, displayNameKey: normalizeKey(displayName), externalId: textOf(body['externalId']) };
}

/** The e-mail addresses that a user can be found by: those with a value. */
export function emailKeys(body: ResourceBody): readonly EmailKey[] {
  return elementsOf(body, 'emails').flatMap((email, position) => {
    const [value, type] = [textOf(email['value']), textOf(email['type'])];
    if (value === undefined) return [];
    const typeKey = type === undefined ? undefined : normalizeKey(type);
    return [{ position, valueKey: normalizeKey(value), typeKey, isPrimary: email['primary'] === true }];
  });
}

/**
 * The address that is meant when a user has one: the primary, else the first of type `work`, else the first. As it was sent;
 * the directory says that it is the user's, nobody has proved it. The userName is never taken for one.
 */
export function emailOf(body: ResourceBody): string | undefined {
  const emails = elementsOf(body, 'emails').filter(({ value }) => textOf(value) !== undefined);
  const isWork = ({ type }: ScimObject) => normalizeKey(textOf(type) ?? '') === 'work';
  const email = emails.find(({ primary }) => primary === true) ?? emails.find(isWork) ?? emails[0];
  return textOf(email?.['value']);
}

/** The elements of a multi-valued complex attribute. */
export function elementsOf(body: ScimObject, name: string): readonly ScimObject[] {
  const values = body[name];
  return Array.isArray(values) ? values.filter((value) => isObject(value)).map((value) => value as ScimObject) : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

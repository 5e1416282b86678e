import type { Attribute } from './attribute.ts';
import { COMMON_ATTRIBUTES } from './common.ts';
import { GROUP } from './group.ts';
import { USER } from './user.ts';

/** The address of an e-mail of a user. */
export const EMAIL_ADDRESS = USER.attributes
  .find(({ name }) => name === 'emails')
  ?.subAttributes?.find(({ name }) => name === 'value');

/** Attributes that resources are found by: their texts are keys of indexes, so they are shorter than others (`readScalar`). */
export const LOOKED_UP: ReadonlySet<Attribute> = new Set(
  [...COMMON_ATTRIBUTES, ...USER.attributes, ...GROUP.attributes].flatMap((attribute) => {
    const { name, subAttributes = [] } = attribute;
    if (name === 'emails') return subAttributes.filter((sub) => sub.name === 'value');
    return ['externalId', 'userName', 'displayName'].includes(name) ? [attribute] : [];
  }),
);

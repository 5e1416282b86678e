import type { Schema } from './attribute.ts';
import { attribute, complex, list } from './define.ts';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';

const PLACES = ['work', 'home', 'other'];
const text = (name: string, description: string) => attribute(name, 'string', description);

/** RFC 7643 §4.1. `password` is known, to be dropped and to be refused in filters, but not served: we keep none. */
export const USER: Schema = {
  id: USER_SCHEMA,
  name: 'User',
  description: 'A person of the organization',
  attributes: [
    attribute('userName', 'string', 'Names the user in the directory, whatever its case.', {
      required: true,
      uniqueness: 'server',
    }),
    complex('name', "The parts of the user's name.", [
      text('formatted', 'The whole name.'),
      text('familyName', 'Family name.'),
      text('givenName', 'Given name.'),
      text('middleName', 'Middle names.'),
      text('honorificPrefix', 'Title before the name.'),
      text('honorificSuffix', 'Suffix after the name.'),
    ]),
    text('displayName', 'The name to show.'),
    text('nickName', 'The casual name.'),
    attribute('profileUrl', 'reference', "Address of the user's page.", { referenceTypes: ['external'] }),
    text('title', 'Title in the organization.'),
    text('userType', 'How the user belongs to the organization.'),
    text('preferredLanguage', 'Languages as in Accept-Language.'),
    text('locale', 'Where to localize for.'),
    text('timezone', 'Time zone as in the IANA database.'),
    attribute('active', 'boolean', 'Whether the user may sign in.'),
    attribute('password', 'string', 'Accepted and dropped.', {
      caseExact: true,
      mutability: 'writeOnly',
      returned: 'never',
    }),
    list('emails', 'E-mail addresses.', text('value', 'The address.'), PLACES),
    list('phoneNumbers', 'Phone numbers.', text('value', 'The number.'), [
      'work',
      'home',
      'mobile',
      'fax',
      'pager',
      'other',
    ]),
    list('ims', 'Instant messaging addresses.', text('value', 'The address.'), [
      'aim',
      'gtalk',
      'icq',
      'xmpp',
      'msn',
      'skype',
      'qq',
      'yahoo',
    ]),
    list(
      'photos',
      'Photos of the user.',
      attribute('value', 'reference', 'Address of the picture.', { referenceTypes: ['external'] }),
      ['photo', 'thumbnail'],
    ),
    complex(
      'addresses',
      'Postal addresses.',
      [
        text('formatted', 'The whole address.'),
        text('streetAddress', 'Street and number.'),
        text('locality', 'City.'),
        text('region', 'State or region.'),
        text('postalCode', 'Postal code.'),
        text('country', 'Country as in ISO 3166-1 alpha-2.'),
        attribute('type', 'string', 'Its kind.', { canonicalValues: PLACES }),
        attribute('primary', 'boolean', 'Whether it is the preferred one; at most one is.'),
      ],
      { multiValued: true },
    ),
    complex(
      'groups',
      'Groups that the user is a member of; changed at the groups.',
      [
        attribute('value', 'string', "The group's id.", { caseExact: true, mutability: 'readOnly' }),
        attribute('$ref', 'reference', "The group's address.", { referenceTypes: ['Group'], mutability: 'readOnly' }),
        attribute('display', 'string', "The group's name.", { mutability: 'readOnly' }),
        attribute('type', 'string', 'How the user is a member.', {
          canonicalValues: ['direct', 'indirect'],
          mutability: 'readOnly',
        }),
      ],
      { multiValued: true, mutability: 'readOnly' },
    ),
    list('entitlements', 'What the user is entitled to.', text('value', 'The entitlement.'), PLACES),
    list('roles', 'Roles of the user.', text('value', 'The role.'), PLACES),
    list('x509Certificates', 'Certificates of the user.', attribute('value', 'binary', 'DER, in base64.'), PLACES),
  ],
};

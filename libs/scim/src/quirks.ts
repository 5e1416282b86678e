/**
 * What tolerant mode understands beside the letter of the standard, by name: each is counted, stands in the request log and has a
 * sentence for the people who set the identity provider up. Strict mode refuses them all, save where the sentence says otherwise.
 */
export const QUIRKS = {
  boolean_as_text: 'a boolean came as text, such as "True"',
  number_as_text: 'a number came as text',
  text_from_number: 'text came as a number or boolean',
  single_as_list: 'a list with one value came for an attribute with a single value',
  list_as_single: 'a single value came for an attribute with several values',
  value_as_text: 'text came where an object with `value` is expected, such as the manager as a bare id',
  core_schema_as_key: 'core attributes came under the URN of their schema (understood in both modes)',
  path_as_key: 'an attribute came under a path, such as `name.givenName` or `urn:…:User:department`',
  unknown_attribute: 'an attribute that the directory does not have was ignored; a custom extension can declare it',
  unknown_schema: 'a schema that the directory does not have was ignored; a custom extension can declare it',
  schemas_missing: '`schemas` was missing and taken from the endpoint',
  unknown_members: 'members that the directory does not know were ignored, as spec.scim.unknownMembers says',
  password_dropped: 'a password came and was dropped: passwords are not kept here (in both modes)',
  accounts_as_json: 'accounts came as JSON text',
} as const;
export type Quirk = keyof typeof QUIRKS;

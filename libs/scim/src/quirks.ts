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
  padded_address: 'an e-mail address came with white space around it',
  core_schema_as_key: 'core attributes came under the URN of their schema (understood in both modes)',
  path_as_key: 'an attribute came under a path, such as `name.givenName` or `urn:…:User:department`',
  urn_missing: 'an attribute of an extension came without the URN of its schema',
  unknown_attribute: 'an attribute that the directory does not have was ignored; a custom extension can declare it',
  unknown_schema: 'a schema that the directory does not have was ignored; a custom extension can declare it',
  schemas_missing: '`schemas` was missing and taken from the endpoint',
  unknown_members: 'members that the directory does not know were ignored, as spec.scim.unknownMembers says',
  password_dropped: 'a password came and was dropped: passwords are not kept here (in both modes)',
  accounts_as_json: 'accounts came as JSON text',
  // of PATCH; patch/dialects.ts says who sends them and what is made of them
  op_in_capitals: 'an operation was named Add, Replace or Remove instead of in lower case (understood in both modes)',
  operations_key: 'the list of operations came as `operations` instead of `Operations`',
  path_missing: 'an operation came without a path; each attribute of its value is one',
  element_made: 'no value satisfied the filter of an operation; one that does was made',
  computed_attribute: 'an attribute that the server computes came along and was left as it is',
} as const;
export type Quirk = keyof typeof QUIRKS;

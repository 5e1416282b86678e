/** Of a form's field for the token: it is shown once, so no page has it. */
export const TOKEN = {
  text: '',
  note: 'the token that you got from us: `rolecall scim token issue` shows it once',
} as const;

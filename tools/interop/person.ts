/** The one person whom every product knows. Exists nowhere else: TEST ONLY. */
export const PERSON = {
  username: 'alice',
  password: 'alice-of-the-interop-suite',
  email: 'alice@people.example',
  groups: ['admins', 'users'],
} as const;

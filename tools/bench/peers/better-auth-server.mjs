// better-auth's SCIM plugin. Started by scim-peers.ts.
import { serveBetterAuth } from './better-auth.mjs';

const token = 'bench-token-bench-token-bench-token-bench';
await serveBetterAuth({
  plugin: '@better-auth/scim',
  make: ({ scim }) => scim({ connections: [{ id: 'bench', credentials: [{ type: 'bearer', id: 'bench', token }] }] }),
  schema: 'better_auth',
  origin: `http://127.0.0.1:${process.env.PORT}`,
  about: { path: '/api/auth/scim/v2', token },
  settings: { advanced: { database: { defaultFindManyLimit: 5000 } } },
});

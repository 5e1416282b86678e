/**
 * Rolecall as a client of the demo identity provider. Fixed and public, so that `config-examples/` can be applied by hand
 * with `DEMO_OIDC_SECRET=demo-secret`: it protects nothing, the demo people have no passwords either.
 */
export const DEMO_CLIENT = { id: 'rolecall', secret: 'demo-secret' } as const;

// better-auth's SSO plugin. Started by better-auth-sso.ts. Its provider is a row, as customers' providers are, there and here.
import { serveBetterAuth } from './better-auth.mjs';

const origin = `http://localhost:${process.env.PORT}`;
const { IDP_METADATA: metadata, IDP_SSO_URL: entryPoint } = process.env;
const samlConfig = {
  issuer: `${origin}/audience`,
  entryPoint,
  idpMetadata: { metadata },
  wantAssertionsSigned: true,
  mapping: { id: 'nameID', email: 'email', name: 'displayName', firstName: 'firstName', lastName: 'lastName' },
};
const provider = {
  providerId: 'bench',
  domain: 'bench.example',
  issuer: samlConfig.issuer,
  samlConfig: JSON.stringify(samlConfig),
};

await serveBetterAuth({
  plugin: '@better-auth/sso',
  make: ({ sso }) => sso(),
  schema: 'better_auth_sso',
  origin,
  about: { acs: '/api/auth/sso/saml2/sp/acs/bench', audience: samlConfig.issuer },
  prepare: async ({ adapter, internalAdapter }) => {
    const owner = await internalAdapter.createUser({
      name: 'Owner',
      email: 'owner@bench.example',
      emailVerified: true,
    });
    await adapter.create({ model: 'ssoProvider', data: { ...provider, userId: owner.id } });
  },
});

// better-auth's SSO plugin. Started by better-auth-sso.ts. The provider is one of its options and not a row, which saves it a query.
import { serveBetterAuth } from './better-auth.mjs';

const origin = `http://localhost:${process.env.PORT}`;
const { IDP_METADATA: metadata, IDP_SSO_URL: entryPoint } = process.env;
await serveBetterAuth({
  plugin: '@better-auth/sso',
  make: ({ sso }) =>
    sso({
      defaultSSO: [
        {
          providerId: 'bench',
          domain: 'bench.example',
          samlConfig: {
            issuer: `${origin}/audience`,
            entryPoint,
            idpMetadata: { metadata },
            wantAssertionsSigned: true,
            mapping: {
              id: 'nameID',
              email: 'email',
              name: 'displayName',
              firstName: 'firstName',
              lastName: 'lastName',
            },
          },
        },
      ],
    }),
  schema: 'better_auth_sso',
  origin,
  about: { acs: '/api/auth/sso/saml2/sp/acs/bench', audience: `${origin}/audience` },
});

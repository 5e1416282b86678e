import type { AttributeFact, OidcFacts, SamlFacts, VendorFacts } from './vendors/facts.ts';

/** Of which parts a vendor's connection is described. */
export type Protocol = 'saml' | 'oidc';

/**
 * The entry of an identity provider as it stands under `identityProviders:`, with the vendor's examples in it.
 * @param name the entry's name, a slug
 */
export function identityProviderYaml(name: string, facts: VendorFacts, protocol: Protocol): readonly string[] {
  const lines = protocol === 'saml' ? samlLines(facts.saml) : oidcLines(facts.oidc, name, facts.vendor === 'google');
  const head = [`type: ${protocol}`, `displayName: ${facts.vendor === 'generic' ? 'Company sign-in' : facts.name}`];
  return [`${name}:`, ...[...head, ...lines].map((line) => `  ${line}`)];
}

function samlLines({ metadataSource, attributes }: SamlFacts): readonly string[] {
  const [[kind, value] = []] = Object.entries(metadataSource);
  return ['metadata:', `  ${kind}: ${value}`, 'attributes:', ...attributes.map(attributeLine)];
}

function oidcLines({ issuer, clientId, attributes = [] }: OidcFacts, name: string, hosted: boolean): readonly string[] {
  return [
    `issuer: ${issuer}`,
    `clientId: ${clientId}`,
    `clientSecret: { fromEnv: ACME_${name.toUpperCase().replaceAll('-', '_')}_SECRET }`,
    ...(hosted ? ['hostedDomain: acme.com'] : []),
    ...(attributes.length > 0 ? ['attributes:', ...attributes.map(attributeLine)] : []),
  ];
}

const attributeLine = ({ field, name }: AttributeFact) => `  ${field}: ${name}`;

/** A whole document around `identityProviderYaml`, as a guide shows it; the loader accepts it. */
export function documentYaml(name: string, facts: VendorFacts, protocol: Protocol): string {
  return `# yaml-language-server: $schema=../../schemas/organization.v1.json
apiVersion: rolecall/v1
kind: Organization
metadata:
  name: acme
spec:
  displayName: Acme Corp
  emailDomains:
    acme.com: { verification: asserted }
  scopes:
    account/main: { displayName: Main account }
  identityProviders:
${identityProviderYaml(name, facts, protocol)
  .map((line) => `    ${line}\n`)
  .join('')}  jit:
    defaults:
      grants: { account/main: [member] }
  authorization:
    unmatched: defaults
`;
}

import { guideOf, menuOf, operatorEntry } from './error-guidance.ts';
import { documentYaml, type Protocol } from './snippet.ts';
import { VENDORS } from './vendor.ts';
import type { AttributeFact, ScimFacts, SetupField, SetupStep, SetupValue, VendorFacts } from './vendors/facts.ts';
import { VENDOR_FACTS } from './vendors/index.ts';

/** Addresses as a gateway at sso.example.com has them, for the organization acme. */
const examples = (idp: string): Readonly<Record<SetupValue, string>> => ({
  entityId: `https://sso.example.com/saml/acme/${idp}/metadata`,
  acsUrl: `https://sso.example.com/saml/acme/${idp}/acs`,
  metadataUrl: `https://sso.example.com/saml/acme/${idp}/metadata`,
  redirectUri: 'https://sso.example.com/oidc/callback',
  loginUrl: 'https://sso.example.com/login/acme',
  scimUrl: 'https://scim.example.com/scim/v2',
});

/** Codes that most set-ups meet, in the order in which they come up. */
const COMMON: Readonly<Record<Protocol, readonly string[]>> = {
  saml: [
    'audience_mismatch',
    'destination_mismatch',
    'recipient_mismatch',
    'signature_invalid',
    'signature_missing',
    'signature_algorithm_not_allowed',
    'decryption_key_missing',
    'decryption_failed',
    'issuer_mismatch',
    'name_id_transient',
    'email_missing',
    'email_domain_not_allowed',
    'missing_role_mapping',
    'unmatched_role',
    'status_not_success',
    'unsolicited_response',
  ],
  oidc: [
    'access_denied',
    'token_request_refused',
    'discovery_issuer_mismatch',
    'id_token_audience_mismatch',
    'hosted_domain_mismatch',
    'email_missing',
    'email_not_verified',
    'missing_role_mapping',
    'unmatched_role',
  ],
};

interface Guide {
  /** The file in docs/guides, without `.md`. */
  readonly name: string;
  readonly title: string;
  readonly facts: VendorFacts;
  readonly protocols: readonly Protocol[];
}

const GUIDES: readonly Guide[] = VENDORS.flatMap((vendor): readonly Guide[] => {
  const facts = VENDOR_FACTS[vendor];
  if (vendor !== 'generic') {
    return [{ name: guideOf(vendor, 'saml'), title: facts.name, facts, protocols: ['saml', 'oidc'] }];
  }
  const page = (protocol: Protocol, title: string) => ({
    name: guideOf(vendor, protocol),
    title,
    facts,
    protocols: [protocol],
  });
  return [page('saml', 'Any SAML 2.0 identity provider'), page('oidc', 'Any OpenID provider')];
});

/** Path from the root of the repository and text of every guide, and of the list of them. */
export function guidePages(): readonly (readonly [path: string, text: string])[] {
  const pages = GUIDES.map((guide) => [`docs/guides/${guide.name}.md`, guidePage(guide)] as const);
  return [['docs/guides/README.md', indexPage()], ...pages];
}

const MADE = '<!-- Made from the facts in libs/platform/src/guidance/vendors by `npm run docs`. Do not edit. -->';

function indexPage(): string {
  return [
    '# Guides',
    '',
    MADE,
    '',
    "What a customer's administrator enters at the identity provider, and what stands in the organization document.",
    '',
    ...GUIDES.map(({ name, title }) => `- [${title}](${name}.md)`),
    '',
    'Once an organization is applied, `/setup/ORG/IDP` of the gateway shows a guide with its own addresses: send that to the',
    'customer. `rolecall test-sso ORG IDP` then tries a sign-in from end to end.',
    '',
    'Provisioning: [from SAML-managed users to SCIM](scim-migration.md), [troubleshooting](scim-troubleshooting.md), and what is',
    'supported, clause by clause: [scim-conformance.md](../scim-conformance.md).',
    '',
    'For platform teams: [applications that sign in through Rolecall](applications.md), [those behind a proxy](forward-auth.md), [secrets in documents](secrets.md), [users and their roles](users.md).',
    'When nobody can sign in: [locked out](locked-out.md).',
    '',
    'Every code of a refused sign-in, with the menus of each of them: [errors.md](../errors.md).',
    '',
  ].join('\n');
}

function guidePage({ title, facts, protocols }: Guide): string {
  const name = facts.vendor === 'generic' ? 'company' : facts.vendor;
  return [
    `# ${title}`,
    '',
    MADE,
    '',
    'The gateway is at `https://sso.example.com` here, the organization is `acme`, and its identity provider is called',
    `\`${name}\` in the document: your addresses have your own names. The page \`https://sso.example.com/setup/acme/${name}\``,
    'of your own gateway shows them, for the customer to copy; it needs no sign-in.',
    '',
    ...protocols.flatMap((protocol) => (protocol === 'saml' ? samlPart(facts, name) : oidcPart(facts, name))),
    ...scimPart(facts, name),
    ...failures(facts, protocols),
    '## Worth knowing',
    '',
    ...[facts.traps.both ?? [], facts.traps.saml ?? [], facts.traps.oidc ?? []].flat().map((trap) => `- ${trap}`),
    '',
  ].join('\n');
}

function samlPart(facts: VendorFacts, name: string): string[] {
  const { steps, metadata, attributes, roles } = facts.saml;
  return [
    '## SAML 2.0',
    '',
    ...numbered(steps, name),
    '### Metadata and certificate',
    '',
    `${metadata} The signing certificate is a part of it; when it is renewed, the new metadata goes the same way.`,
    '',
    '### Attributes',
    '',
    ...attributeTable(attributes, facts),
    roles,
    '',
    ...documentPart(facts, name, 'saml'),
  ];
}

function oidcPart(facts: VendorFacts, name: string): string[] {
  const { steps, roles, attributes } = facts.oidc;
  return [
    '## OpenID Connect',
    '',
    ...numbered(steps, name),
    '### Claims',
    '',
    ...(attributes
      ? attributeTable(attributes, facts)
      : ['The profile is read from the standard claims `email`, `given_name`, `family_name` and `name`.', '']),
    roles,
    '',
    ...documentPart(facts, name, 'oidc'),
  ];
}

function scimPart({ scim }: VendorFacts, name: string): string[] {
  const head = ['## Provisioning (SCIM)', ''];
  if (typeof scim === 'string') return [...head, scim, ''];
  const { steps, test, traps } = scim;
  return [
    ...head,
    `With \`scim: { tokens: { ${name}: {} } }\` under \`spec:\` of the applied document, \`rolecall scim token issue acme ${name}\``,
    'prints the token, once. The base URL is the same for every organization: the token says which one it is.',
    '',
    ...numbered(steps, name),
    `**The vendor's own test.** ${test}`,
    '',
    ...scimAttributes(scim),
    ...(traps.length > 0 ? [...traps.map((trap) => `- ${trap}`), ''] : []),
    '`rolecall scim log acme` shows every request, what it did, and what to do about what was refused. More:',
    '[from SAML to SCIM](scim-migration.md), [troubleshooting](scim-troubleshooting.md), [conformance](../scim-conformance.md).',
    '',
  ];
}

function scimAttributes({ attributes }: ScimFacts): string[] {
  const rows = attributes.map(
    ({ attribute, source, fact }) => `| \`${attribute}\` | ${cell(source)} | ${cell(fact)} |`,
  );
  return ['| attribute of SCIM | source | rules know it as |', '| --- | --- | --- |', ...rows, ''];
}

function documentPart(facts: VendorFacts, name: string, protocol: Protocol): string[] {
  return ['### The document', '', '```yaml', documentYaml(name, facts, protocol).trimEnd(), '```', ''];
}

function numbered(steps: readonly SetupStep[], name: string): string[] {
  return steps.flatMap(({ text, fields = [] }, index) => [
    `${index + 1}. ${text}`,
    '',
    ...(fields.length > 0
      ? ['   | field | value |', '   | --- | --- |', ...fields.map((f) => fieldRow(f, name)), '']
      : []),
  ]);
}

function fieldRow(field: SetupField, name: string): string {
  const value = 'value' in field ? `\`${examples(name)[field.value]}\`` : field.text && `\`${field.text}\``;
  const note = field.note === undefined ? '' : `${value ? '; ' : ''}${field.note}`;
  return `   | ${cell(field.label)} | ${cell(value + note)} |`;
}

function attributeTable(attributes: readonly AttributeFact[], { name }: VendorFacts): string[] {
  const rows = attributes.map(({ field, name: sent, source }) => `| \`${sent}\` | ${cell(source)} | \`${field}\` |`);
  return [`| attribute sent | source (${name}) | in Rolecall |`, '| --- | --- | --- |', ...rows, ''];
}

function failures({ vendor }: VendorFacts, protocols: readonly Protocol[]): string[] {
  const codes = new Map<string, Set<string>>();
  for (const protocol of protocols) {
    for (const code of COMMON[protocol]) {
      const menu = menuOf(code, vendor, protocol);
      codes.set(code, new Set([...(codes.get(code) ?? []), ...(menu ? [menu] : [])]));
    }
  }
  const rows = [...codes].map(
    ([code, menus]) =>
      `| \`${code}\` | ${cell(operatorEntry(code)?.sentence ?? '')} | ${cell([...menus].join('; or '))} |`,
  );
  return [
    '## When a sign-in fails',
    '',
    'The page shows a trace id; `rolecall flows acme TRACE` shows what was wanted and got. Codes that set-ups meet:',
    '',
    '| code | what to do | where |',
    '| --- | --- | --- |',
    ...rows,
    '',
    'All of them: [errors.md](../errors.md).',
    '',
  ];
}

/** Text for a cell of a table; outside of code `<app>` would be taken for HTML. */
export function cell(text: string): string {
  const pieces = text.replaceAll('|', '\\|').split('`');
  return pieces.map((piece, index) => (index % 2 === 0 ? piece.replaceAll('<', '&lt;') : piece)).join('`');
}

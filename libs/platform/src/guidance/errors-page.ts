import { cell } from './guide-page.ts';
import { ERROR_CODES, menuOf, operatorEntry } from './error-guidance.ts';
import { VENDOR_FACTS } from './vendors/index.ts';
import { TOPIC_OF_CODE } from './topics.ts';
import { TOPICS, type Topic } from './vendors/facts.ts';
import { VENDORS } from './vendor.ts';

const TITLES: Readonly<Record<Topic, string>> = {
  application: 'The application',
  audience: 'Audience',
  acs: 'Assertion consumer service, recipient, destination',
  signature: 'What is signed, and how',
  certificate: 'Signing certificate, metadata',
  encryption: 'Encryption',
  nameId: 'NameID',
  attributes: 'Attributes',
  roles: 'Roles and groups',
  assignment: 'Who has the application',
  clientSecret: 'Client id and secret',
  redirectUri: 'Redirect URI',
  logs: 'Log',
};

const WHO = {
  platform: 'The platform team, in Rolecall',
  customer: "The customer's administrator, at the identity provider",
  user: 'The user',
} as const;

/** The text of `docs/errors.md`: every code with who must act, what to do and the menus where it is done. */
export function errorsPage(): string {
  return [
    '# Errors of a sign-in',
    '',
    '<!-- Made from the catalogue by `npm run docs`. Do not edit. -->',
    '',
    'A refused sign-in shows one sentence and a trace id. `rolecall flows ORG TRACE` shows what was wanted and got, who must',
    'act, the sentence below and the menu to open. The last column leads to the menus at the end.',
    '',
    ...Object.entries(WHO).flatMap(([who, title]) => [
      `## ${title}`,
      '',
      '| code | what to do | menu |',
      '| --- | --- | --- |',
      ...ERROR_CODES.filter((code) => operatorEntry(code)?.mustAct === who && !isOfPipelines(code)).map(codeRow),
      '',
    ]),
    '## Tokens of pipelines',
    '',
    'Nobody signs in here: the log of the admin API says why the token of a job was not exchanged. The job itself is told nothing of it.',
    '',
    '| code | what to do |',
    '| --- | --- |',
    ...ERROR_CODES.filter(isOfPipelines).map(pipelineRow),
    '',
    '## Menus',
    '',
    '`<app>` is the name that the application has there.',
    '',
    ...TOPICS.filter((topic) => Object.values(TOPIC_OF_CODE).includes(topic)).flatMap(menuSection),
  ].join('\n');
}

const isOfPipelines = (code: string) => code.startsWith('workload_token_');

function pipelineRow(code: string): string {
  return `| \`${code}\` | ${cell(operatorEntry(code)?.sentence ?? '')} |`;
}

function codeRow(code: string): string {
  const topic = menuOf(code, 'generic', 'saml') === undefined ? undefined : TOPIC_OF_CODE[code];
  const menu = topic === undefined ? '' : `[${TITLES[topic]}](#${anchorOf(TITLES[topic])})`;
  return `| \`${code}\` | ${cell(operatorEntry(code)?.sentence ?? '')} | ${menu} |`;
}

function menuSection(topic: Topic): string[] {
  const rows = VENDORS.flatMap((vendor) => {
    const { name, menus, oidcMenus } = VENDOR_FACTS[vendor];
    const other = oidcMenus?.[topic];
    return [`| ${name} | ${cell(menus[topic])} |`, ...(other ? [`| ${name}, OpenID Connect | ${cell(other)} |`] : [])];
  });
  return [`### ${TITLES[topic]}`, '', '| identity provider | menu |', '| --- | --- |', ...rows, ''];
}

/** As GitHub and GitLab make it of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

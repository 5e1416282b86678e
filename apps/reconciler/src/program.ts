import { Argument, Command } from 'commander';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import type { ApplyOptions, OutputOptions, PlanOptions, ValidateOptions } from './options.ts';
import { TOOL_FORMATS } from './output/formats/names.ts';
import type { FmtOptions } from './commands/fmt.ts';
import { addScim } from './scim-program.ts';
import { examples, format } from './program-parts.ts';
import type { CommentOptions } from './commands/comment.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { FlowsOptions } from './commands/flows.ts';
import type { HistoryOptions, ShowOptions } from './commands/history.ts';
import type { ImportOptions } from './commands/import.ts';
import type { TestSsoOptions } from './commands/test-sso.ts';
import type { TokenOptions } from './commands/token.ts';

const PATHS = 'files or directories; default: paths of rolecall.yaml, else the working directory';

/**
 * The command line. Each action imports its command when it runs, so that `rolecall version` does not wait for a YAML
 * parser. `finish` is told the exit code.
 */
export function createProgram(io: Io, finish: (code: ExitCode) => void): Command {
  const program = new Command('rolecall')
    .description('Single sign-on, provisioning and role mapping as code.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what there is)')
    .option('--server <url>', 'the admin API (ROLECALL_SERVER, rolecall.yaml, .rolecall/dev.json)')
    .option('--token <token>', 'better: ROLECALL_TOKEN, which no process list shows')
    .option('--collection <name>', 'the set of organizations that these files own (default "default")')
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .addHelpText('after', EXIT_CODES);
  addReadingCommands(program, io, finish);
  addApply(program, io, finish);
  addExplain(program, io, finish);
  addComment(program, io, finish);
  addImport(program, io, finish);
  addFlows(program, io, finish);
  addDomains(program, io, finish);
  addTestSso(program, io, finish);
  addIdentityProviderCommands(program, io, finish);
  addScim(program, io, finish);
  addTokenCommands(program, io, finish);
  program
    .command('db')
    .description('the database')
    .command('migrate')
    .description('bring the database to the newest schema')
    .addOption(format())
    .addHelpText('after', examples('DATABASE_OWNER_URL=… DATABASE_RUNTIME_PASSWORD=… rolecall db migrate'))
    .action(async (_flags, command: Command) => {
      const { migrate } = await import('./commands/migrate.ts');
      finish(await migrate(command.optsWithGlobals<OutputOptions>(), io));
    });
  return program;
}

function addReadingCommands(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command('validate')
    .description('check files offline: YAML, schema, references, and their tests')
    .argument('[path...]', PATHS)
    .addOption(format(...TOOL_FORMATS))
    .addHelpText('after', examples('rolecall validate', 'rolecall validate orgs/acme.yaml --format json'))
    .action(async (paths: string[], _flags, command: Command) => {
      const { validate } = await import('./commands/validate.ts');
      finish(await validate(paths, command.optsWithGlobals<ValidateOptions>(), io));
    });
  program
    .command('fmt')
    .description('bring files into one form: keys in the order of the schema, comments kept')
    .argument('[path...]', PATHS)
    .option('--check', 'change nothing; exit with 3 when a file is not in it')
    .addOption(format())
    .addHelpText('after', examples('rolecall fmt', 'rolecall fmt --check orgs'))
    .action(async (paths: string[], _flags, command: Command) => {
      const { fmt } = await import('./commands/fmt.ts');
      finish(await fmt(paths, command.optsWithGlobals<FmtOptions>(), io));
    });
  program
    .command('plan')
    .description('show what an apply would change, and for whom')
    .argument('[path...]', PATHS)
    .addOption(format('markdown', ...TOOL_FORMATS))
    .option('--detailed-exitcode', 'exit with 2 when there are changes')
    .option('--out <file>', 'save the plan for "rolecall apply FILE"')
    .option('--org <glob>', 'show only these organizations')
    .option('--prune', 'release or delete organizations that the files no longer have')
    .option('--adopt', 'take organizations of the files that no collection owns')
    .addHelpText('after', examples('rolecall plan --detailed-exitcode', 'rolecall plan orgs --out plan.json'))
    .action(async (paths: string[], _flags, command: Command) => {
      const { plan } = await import('./commands/plan.ts');
      finish(await plan(paths, command.optsWithGlobals<PlanOptions>(), io));
    });
  program
    .command('schema')
    .description('print the JSON Schema of the organization document')
    .addHelpText('after', examples('rolecall schema > organization.v1.json'))
    .action(async () => {
      const { schema } = await import('./commands/schema.ts');
      finish(schema(io));
    });
  program
    .command('version')
    .description('print the version')
    .addOption(format())
    .addHelpText('after', examples('rolecall version'))
    .action(async (_flags, command: Command) => {
      const { version } = await import('./commands/version.ts');
      finish(version(command.optsWithGlobals<OutputOptions>(), io));
    });
}

function addApply(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command('apply')
    .description('do one plan: of these files, or a saved one')
    .addArgument(new Argument('[path...]', `${PATHS}; or one PLAN.json`))
    .addOption(format())
    .option('--auto-approve', 'do not ask')
    .option('--expect <fingerprint>', 'apply only the plan that was reviewed: sha256:… of "rolecall plan"')
    .option('--prune', 'release or delete organizations that the files no longer have')
    .option('--adopt', 'take organizations of the files that no collection owns')
    .addHelpText(
      'after',
      examples('rolecall apply', 'rolecall apply orgs --expect sha256:…', 'rolecall apply plan.json'),
    )
    .action(async (paths: string[], _flags, command: Command) => {
      const { apply } = await import('./commands/apply.ts');
      finish(await apply(paths, command.optsWithGlobals<ApplyOptions>(), io));
    });
}

function addExplain(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command('explain')
    .description('show what facts come to: every rule, matched or not, and why; nothing is stored or sent')
    .argument('<org>', "the organization's name")
    .option(
      '--facts <json>',
      'what an identity provider says: {"groups":["admins"]}, or a file of it; - is standard input',
    )
    .option('--test <name>', 'the facts of an entry of `tests`')
    .option('--idp <name>', 'whose `attributes` name the profile (default: the only one)')
    .option('--live', 'by the document that the server has, not by the files')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        `rolecall explain acme --facts '{"role_mapping":"engineering"}'`,
        'rolecall explain acme --test "an engineer creates campaigns"',
      ),
    )
    .action(async (organization: string, _flags, command: Command) => {
      const { explain } = await import('./commands/explain.ts');
      finish(await explain(organization, command.optsWithGlobals<ExplainOptions>(), io));
    });
}

function addComment(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command('comment')
    .description('put a plan into one comment of the pull or merge request, and replace it at the next run')
    .argument('[file]', 'what "rolecall plan --format markdown" printed; - is standard input')
    .option('--fingerprint', 'after the merge: print the fingerprint of the plan that was reviewed')
    .addHelpText(
      'after',
      examples(
        'rolecall plan --format markdown > plan.md',
        'rolecall comment plan.md',
        'rolecall apply --expect "$(rolecall comment --fingerprint)"',
      ) + '\nIn a job of GitHub Actions it needs GITHUB_TOKEN, in one of GitLab CI GITLAB_TOKEN.\n',
    )
    .action(async (file: string | undefined, _flags, command: Command) => {
      const { comment } = await import('./commands/comment.ts');
      finish(await comment(file, command.optsWithGlobals<CommentOptions>(), io));
    });
}

function addImport(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command('import')
    .description('write what the server has as files; a plan of them is empty')
    .argument('[org...]', 'names of organizations')
    .option('--all', 'every organization')
    .option('--out-dir <directory>', 'where the files go (default: the working directory)')
    .option('--force', 'replace files that exist')
    .addOption(format())
    .addHelpText('after', examples('rolecall import acme', 'rolecall import --all --out-dir orgs'))
    .action(async (names: string[], _flags, command: Command) => {
      const { importOrganizations } = await import('./commands/import.ts');
      finish(await importOrganizations(names, command.optsWithGlobals<ImportOptions>(), io));
    });
  program
    .command('history')
    .description('show the revisions of an organization: who applied what, when and from where')
    .argument('<org>', "the organization's name")
    .option('--limit <number>', 'how many, the newest first (default: 20)')
    .addOption(format())
    .addHelpText('after', examples('rolecall history acme', 'rolecall history acme --format json'))
    .action(async (organization: string, _flags, command: Command) => {
      const { history } = await import('./commands/history.ts');
      finish(await history(organization, command.optsWithGlobals<HistoryOptions>(), io));
    });
  program
    .command('show')
    .description('print an organization as YAML, as it is or as it was; or a saved plan')
    .argument('<org>', 'the organization\'s name, or a PLAN.json of "rolecall plan --out"')
    .option('--revision <number>', 'which one, from "rolecall history" (default: the live one)')
    .addOption(format())
    .addHelpText('after', examples('rolecall show acme', 'rolecall show acme --revision 3', 'rolecall show plan.json'))
    .action(async (organization: string, _flags, command: Command) => {
      const { show } = await import('./commands/history.ts');
      finish(await show(organization, command.optsWithGlobals<ShowOptions>(), io));
    });
}

function addFlows(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command('flows')
    .description('show how logins ended, and why one failed')
    .argument('<org>', "the organization's name")
    .argument('[trace-id]', 'the reference of an error page: shows every check of this login')
    .option('--refused', 'only logins that were refused')
    .option('--code <code>', 'only those of this error code')
    .option('--limit <number>', 'how many, the newest first (default: 20)')
    .addOption(format())
    .addHelpText('after', examples('rolecall flows acme --refused', 'rolecall flows acme 0a1b…'))
    .action(async (organization: string, traceId: string | undefined, _flags, command: Command) => {
      const { flows } = await import('./commands/flows.ts');
      finish(await flows(organization, traceId, command.optsWithGlobals<FlowsOptions>(), io));
    });
}

function addDomains(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command('domains')
    .description('show e-mail domains and the DNS records that prove them, or look one up now')
    .argument('<org>', "the organization's name")
    .argument('[action]', '"check", to look a domain up now')
    .argument('[domain]', 'which one')
    .addOption(format())
    .addHelpText('after', examples('rolecall domains acme', 'rolecall domains acme check acme.com'))
    .action(
      async (
        organization: string,
        action: string | undefined,
        domain: string | undefined,
        _flags,
        command: Command,
      ) => {
        const { domains } = await import('./commands/domains.ts');
        finish(await domains(organization, [action, domain], command.optsWithGlobals<OutputOptions>(), io));
      },
    );
}

function addTestSso(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command('test-sso')
    .description('try a sign-in from end to end by a one-time link, and show what came of it; signs nobody in')
    .argument('<org>', "the organization's name")
    .argument('<idp>', "the identity provider's name in the document")
    .option(
      '--timeout <duration>',
      'how long to wait for the sign-in, such as 5m (default: as long as the link is good)',
    )
    .addOption(format())
    .addHelpText('after', examples('rolecall test-sso acme okta', 'rolecall test-sso acme okta --format json'))
    .action(async (organization: string, identityProvider: string, _flags, command: Command) => {
      const { testSso } = await import('./commands/test-sso.ts');
      finish(await testSso(organization, identityProvider, command.optsWithGlobals<TestSsoOptions>(), io));
    });
}

function addIdentityProviderCommands(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  const idps = program
    .command('idps')
    .description('identity providers as they are now, and their SAML metadata')
    .addHelpText('after', examples('rolecall idps acme', 'rolecall idps refresh acme okta'));
  idps
    .command('list', { isDefault: true })
    .description('show certificates, the last refresh of metadata, and what waits to be accepted')
    .argument('<org>', "the organization's name")
    .addOption(format())
    .addHelpText('after', examples('rolecall idps acme', 'rolecall idps acme --format json'))
    .action(async (organization: string, _flags, command: Command) => {
      const { listIdentityProviders } = await import('./commands/idps.ts');
      finish(await listIdentityProviders(organization, command.optsWithGlobals<OutputOptions>(), io));
    });
  idps
    .command('refresh')
    .description('fetch the metadata of one now')
    .argument('<org>', "the organization's name")
    .argument('<idp>', "the identity provider's name")
    .addOption(format())
    .addHelpText('after', examples('rolecall idps refresh acme okta'))
    .action(async (organization: string, idp: string, _flags, command: Command) => {
      const { refreshMetadata } = await import('./commands/idps.ts');
      finish(await refreshMetadata(organization, idp, command.optsWithGlobals<OutputOptions>(), io));
    });
  idps
    .command('accept')
    .description('use metadata that waits, such as one whose signing keys are all new')
    .argument('<org>', "the organization's name")
    .argument('<idp>', "the identity provider's name")
    .argument('<digest>', 'of the metadata that was looked at: "rolecall idps ORG" shows it')
    .addOption(format())
    .addHelpText('after', examples('rolecall idps accept acme okta 0a1b…'))
    .action(async (organization: string, idp: string, digest: string, _flags, command: Command) => {
      const { acceptMetadata } = await import('./commands/idps.ts');
      finish(await acceptMetadata([organization, idp, digest], command.optsWithGlobals<OutputOptions>(), io));
    });
}

function addTokenCommands(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  const token = program.command('token').description('API tokens; on the server, with DATABASE_URL');
  token
    .command('create')
    .description('make a token and print it this once')
    .requiredOption('--name <name>', 'what it is for; stands in the history')
    .option('--rights <list>', 'comma separated, or all (default: organizations.read,plan,apply)')
    .option('--expires <when>', 'such as 90d or 2027-03-31 (default: never)')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'rolecall token create --name ci --expires 90d',
        'rolecall token create --name support --rights organizations.read,flows.read',
      ),
    )
    .action(async (_flags, command: Command) => {
      const { createToken } = await import('./commands/token.ts');
      finish(await createToken(command.optsWithGlobals<TokenOptions>(), io));
    });
  token
    .command('list')
    .description('show every token and its state, never the secret')
    .addOption(format())
    .addHelpText('after', examples('rolecall token list', 'rolecall token list --format json'))
    .action(async (_flags, command: Command) => {
      const { listTokens } = await import('./commands/token.ts');
      finish(await listTokens(command.optsWithGlobals<OutputOptions>(), io));
    });
  token
    .command('revoke')
    .description('end a token at once')
    .argument('<id>', 'the part after rct_')
    .addOption(format())
    .addHelpText('after', examples('rolecall token revoke 0a1b2c3d4e5f60718293a4b5'))
    .action(async (id: string, _flags, command: Command) => {
      const { revokeToken } = await import('./commands/token.ts');
      finish(await revokeToken(id, command.optsWithGlobals<OutputOptions>(), io));
    });
}

const EXIT_CODES = `
Exit codes:
  0   done, or nothing to do
  1   failed: network, rights, server
  2   changes pending (plan --detailed-exitcode)
  3   the configuration is not valid
  4   stale plan: something changed in between
  5   refused by a guard
  64  wrong usage
`;

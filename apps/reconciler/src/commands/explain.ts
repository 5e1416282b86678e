import {
  decideFacts,
  MAX_FACTS_LENGTH,
  type FactsJson,
  type LoadedDocument,
  type OrganizationDocument,
} from '@rolecall/org-config';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { discover } from '../files/discover.ts';
import { Inventory } from '../files/inventory.ts';
import { hasErrors, load } from '../files/load.ts';
import { readSettings } from '../files/settings.ts';
import { textOf } from '../files/text.ts';
import { InvalidConfiguration } from '../invalid-configuration.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { decisionText, inheritanceOf } from '../output/decision.ts';
import { answered } from '../planning.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';

export interface ExplainOptions extends OutputOptions {
  readonly facts?: string;
  readonly test?: string;
  readonly idp?: string;
  readonly live?: boolean;
}

/**
 * `rolecall explain ORG`: what these facts come to, and every rule with the reason why it matched or did not. The same decision as
 * a sign-in makes; nothing is stored or sent. The document is the one of the files, or with `--live` the one of the server.
 */
export async function explain(organization: string, options: ExplainOptions, io: Io): Promise<ExitCode> {
  if ((options.facts === undefined) === (options.test === undefined)) {
    throw new CommandError(EXIT.usage, 'which_facts', 'give --facts with what an identity provider says, or --test');
  }
  const { document, loaded } = await (options.live === true
    ? liveDocument(organization, options, io)
    : ownDocument(organization, io));
  const { facts, idp } = said(document, options, io);
  requireKnown(document, idp);
  const decision = decideFacts(document, facts, idp, io.now);
  const trace = decision.trace.map((entry) => ({ ...entry, ...(loaded && inheritanceOf(entry, loaded)) }));
  if (options.format === 'json') printJson(io, { ...decision, trace });
  else io.out(decisionText(organization, decision, trace, outPaint(io, options)));
  return EXIT.done;
}

interface Explained {
  readonly document: OrganizationDocument;
  /** Where it stands, when it comes from files. */
  readonly loaded?: LoadedDocument;
}

async function liveDocument(organization: string, options: ExplainOptions, io: Io): Promise<Explained> {
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  return { document: (await answered(client.organization(organization))).document };
}

async function ownDocument(organization: string, io: Io): Promise<Explained> {
  const inventory = new Inventory(discover([], io.cwd, readSettings(io.cwd)));
  const loaded = await load(inventory, inventory.files, io.now);
  const found = loaded.documents.find(({ document }) => document.metadata.name === organization);
  if (found) return { document: found.document, loaded: found };
  // perhaps it is in a file that cannot be read
  if (hasErrors(loaded)) throw new InvalidConfiguration(loaded.diagnostics, loaded.sources);
  const message = `no file declares the organization "${organization}"; --live asks the server`;
  throw new CommandError(EXIT.usage, 'unknown_organization', message);
}

function said(document: OrganizationDocument, { facts, test, idp }: ExplainOptions, io: Io) {
  if (facts !== undefined) return { facts: parsed(facts, io), idp };
  const entry = document.spec.tests?.find(({ name }) => name === test);
  if (entry) return { facts: entry.facts, idp: idp ?? entry.identityProvider };
  throw new CommandError(EXIT.usage, 'unknown_test', `the organization has no test "${test}"`);
}

/** JSON itself, or a file that has it. UNTRUSTED: bounded as the facts of a sign-in are. */
function parsed(text: string, io: Io): FactsJson {
  const json = text.trimStart().startsWith('{')
    ? text
    : textOf(text, io, '; facts are JSON or a file of it').slice(0, MAX_FACTS_LENGTH);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new CommandError(
      EXIT.usage,
      'invalid_facts',
      'the facts are no JSON; write {"groups":["admins"]} or name a file',
    );
  }
  if (isFacts(value)) return value;
  throw new CommandError(EXIT.usage, 'invalid_facts', 'facts are a map of names to a text or a list of texts');
}

function isFacts(value: unknown): value is FactsJson {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const isText = (one: unknown) => typeof one === 'string';
  return Object.values(value).every((one) => isText(one) || (Array.isArray(one) && one.every(isText)));
}

function requireKnown({ spec }: OrganizationDocument, idp: string | undefined): void {
  const known = Object.keys(spec.identityProviders ?? {});
  if (idp === undefined || known.includes(idp)) return;
  const message = `there is no identity provider "${idp}"; there are: ${known.join(', ') || 'none'}`;
  throw new CommandError(EXIT.usage, 'unknown_identity_provider', message);
}

/**
 * What an identity provider sends and must be answered, as a text that people can read (see cases/README.md):
 *
 *     # one sentence about the behaviour
 *     source: where it is documented or was seen
 *     statements: X16, X18
 *     directory: { "mode": "strict" }
 *     organization: { "emailDomains": {} }
 *
 *     ### one exchange
 *     POST /Users
 *     { "userName": "babs@acme.com" }
 *
 *     -> 201
 *     Location: {url}/Users/{babs}
 *     { "id": "<babs:uuid>" }
 */
export interface Script {
  /** What is shown, one sentence. */
  readonly title: string;
  readonly source: string;
  /** Ids of statements of docs/scim-conformance.md that it shows. */
  readonly statements: readonly string[];
  /** Settings under `spec.scim`, beside `enabled` and the token. */
  readonly directory: Readonly<Record<string, unknown>>;
  /** Other settings under `spec`. */
  readonly organization: Readonly<Record<string, unknown>>;
  readonly exchanges: readonly Exchange[];
}

export interface Exchange {
  readonly title: string;
  readonly method: string;
  /** Below the base URL, as a person writes it; what a URL does not allow is encoded when it is sent. */
  readonly target: string;
  /** `-` takes a default header away. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or what is no JSON as it stands; undefined = no body. */
  readonly body: string | undefined;
  /** How often, one after the other with `{n}` = 1, 2, …; `together` all at once. */
  readonly times: number;
  readonly together: boolean;
  /** One status, or with `together` what all of them are, in any order. */
  readonly statuses: readonly number[];
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** A pattern, see pattern.ts; undefined = not looked at, null = there must be no body. */
  readonly answer: unknown;
}

const HEAD = ['source', 'statements', 'directory', 'organization'];
const REQUEST = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S.*?)(?: (x|‖)(\d+))?$/;
const HEADER = /^([A-Za-z-]+): ?(.*)$/;
const STATUS = /^-> (\d{3}(?: \d{3})*)$/;

/** @throws Error that names the line's text, since a script that is read wrongly shows nothing */
export function parseScript(text: string): Script {
  const [head = '', ...blocks] = text.split(/^### /m);
  const lines = head.split('\n').filter((line) => line.trim() !== '');
  const [first = '', ...rest] = lines;
  if (!first.startsWith('# ')) throw new Error('the first line is "# " and what is shown');
  const facts = new Map(
    rest.map((line) => {
      const [, name, value] = /^([a-z]+): (.+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`"${line}" is no "name: value"`);
      return [name, value] as const;
    }),
  );
  const unknown = [...facts.keys()].filter((name) => !HEAD.includes(name));
  if (unknown.length > 0) throw new Error(`the head has no ${unknown.join(', ')}`);
  if (blocks.length === 0) throw new Error('it has no exchange');
  return {
    title: first.slice(2),
    source: facts.get('source') ?? '',
    statements: facts.get('statements')?.split(/, */) ?? [],
    directory: JSON.parse(facts.get('directory') ?? '{}') as Script['directory'],
    organization: JSON.parse(facts.get('organization') ?? '{}') as Script['organization'],
    exchanges: blocks.map(parseExchange),
  };
}

function parseExchange(block: string): Exchange {
  const [title = '', ...lines] = block.trimEnd().split('\n');
  const arrow = lines.findIndex((line) => STATUS.test(line));
  if (arrow < 0) throw new Error(`"${title}" has no line "-> status"`);
  const sent = parseMessage(lines.slice(0, arrow));
  const got = parseMessage(lines.slice(arrow));
  const [, method = '', target = '', repeated, times = '1'] = REQUEST.exec(sent.first) ?? [];
  if (method === '') throw new Error(`"${sent.first}" is no request`);
  const statuses = (STATUS.exec(got.first)?.[1] ?? '').split(' ').map(Number);
  const together = repeated === '‖';
  if (together && statuses.length !== Number(times)) throw new Error(`"${title}" needs ${times} statuses`);
  return {
    title: title.trim(),
    method,
    target,
    headers: sent.headers,
    body: sent.body,
    times: Number(times),
    together,
    statuses,
    answerHeaders: got.headers,
    answer: patternOf(got.body, title),
  };
}

function patternOf(text: string | undefined, title: string): unknown {
  if (text === undefined) return undefined;
  if (text === '(empty)') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the answer of "${title}" is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

function parseMessage(lines: readonly string[]) {
  const [first = '', ...rest] = lines.filter((line, index) => line.trim() !== '' || index > 0);
  const headers: Record<string, string> = {};
  let at = 0;
  for (; at < rest.length; at++) {
    const [, name, value = ''] = HEADER.exec(rest[at] ?? '') ?? [];
    if (name === undefined) break;
    headers[name.toLowerCase()] = value;
  }
  const body = rest.slice(at).join('\n').trim();
  return { first, headers, body: body === '' ? undefined : body };
}

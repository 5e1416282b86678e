import { request } from 'node:http';
import { differences, fill } from './pattern.ts';
import type { Memory } from './pattern.ts';
import type { Exchange, Script } from './script.ts';

/** Where a script talks to, and with which token. */
export interface Directory {
  /** Base URL of SCIM, `http://127.0.0.1:…/scim/v2`; where answers say they are is `publicUrl`. */
  readonly url: string;
  readonly publicUrl: string;
  readonly token: string;
  /** A second token of the directory that is alive. */
  readonly token2: string;
  /** A token of another organization, which has nobody. */
  readonly foreign: string;
}

const SCHEMAS = 'urn:ietf:params:scim:schemas';
const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0';

/** What scripts may refer to without having met it. */
const KNOWN: readonly (readonly [name: string, urn: string])[] = [
  ['User', `${SCHEMAS}:core:2.0:User`],
  ['Group', `${SCHEMAS}:core:2.0:Group`],
  ['Enterprise', `${SCHEMAS}:extension:enterprise:2.0:User`],
  ...['PatchOp', 'ListResponse', 'SearchRequest', 'BulkRequest', 'BulkResponse', 'Error'].map(
    (name) => [name, `${MESSAGES}:${name}`] as const,
  ),
];

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/**
 * Performs a script, exchange by exchange. It ends at the first one whose answer is another than it says: what follows depends on it.
 * @returns what is different, one line each; nothing = the script is what the server does
 */
export async function perform(script: Script, directory: Directory): Promise<string[]> {
  const { publicUrl, token, token2, foreign } = directory;
  const memory: Memory = new Map<string, string>([
    ...KNOWN,
    ...Object.entries({ url: publicUrl, token, token2, foreign }),
  ]);
  for (const exchange of script.exchanges) {
    const wrong = exchange.together
      ? await performTogether(exchange, directory, memory)
      : await performInTurn(exchange, directory, memory);
    if (wrong.length > 0) return [`${exchange.title}: ${exchange.method} ${exchange.target}`, ...wrong];
  }
  return [];
}

async function performInTurn(exchange: Exchange, directory: Directory, memory: Memory): Promise<string[]> {
  for (let n = 1; n <= exchange.times; n++) {
    if (exchange.times > 1) memory.set('n', n);
    const answer = await send(exchange, directory, memory);
    const wrong = judge(exchange, answer, memory);
    if (wrong.length > 0) return wrong;
  }
  memory.delete('n');
  return [];
}

async function performTogether(exchange: Exchange, directory: Directory, memory: Memory): Promise<string[]> {
  const all = Array.from({ length: exchange.times }, (_, index) =>
    send(exchange, directory, new Map(memory).set('n', index + 1)),
  );
  const answers = await Promise.all(all);
  const got = answers.map(({ status }) => status).sort((a, b) => a - b);
  const wanted = [...exchange.statuses].sort((a, b) => a - b);
  if (got.join() !== wanted.join()) return [`statuses: wanted ${wanted.join(', ')}, got ${got.join(', ')}`];
  const best = answers.find(({ status }) => status === wanted[0]);
  return best ? judge({ ...exchange, statuses: wanted }, best, memory) : [];
}

function judge(exchange: Exchange, answer: Answer, memory: Memory): string[] {
  const { statuses, answerHeaders, answer: pattern } = exchange;
  if (answer.status !== statuses[0])
    return [`status: wanted ${statuses[0]}, got ${answer.status} ${answer.text.slice(0, 600)}`];
  const headers = Object.entries(answerHeaders).flatMap(([name, wanted]) =>
    differences(wanted, answer.headers[name], memory, name),
  );
  if (pattern === undefined) return headers;
  if (pattern === null) return [...headers, ...(answer.text === '' ? [] : [`a body: ${answer.text.slice(0, 300)}`])];
  return [...headers, ...differences(pattern, parsed(answer.text), memory)];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As an identity provider sends it: the path as it stands, no header that is not named but the token and the type of the body. */
function send(exchange: Exchange, { url, token }: Directory, memory: Memory): Promise<Answer> {
  const base = new URL(url);
  const path = `${base.pathname}${encodeTarget(fill(exchange.target, memory))}`;
  const body = exchange.body === undefined ? undefined : bodyOf(exchange.body, memory);
  const defaults = {
    authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'content-type': 'application/scim+json' }),
  };
  const headers = Object.entries<string>({ ...defaults, ...exchange.headers })
    .filter(([, value]) => value !== '-')
    .map(([name, value]) => [name, fill(value, memory)] as const);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = { host: base.hostname, port: base.port, method: exchange.method, path, agent: false };
    const sent = request({ ...options, headers: { ...Object.fromEntries(headers), ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Encodes what cannot stand in a URL, as clients do; what is encoded already stays. */
function encodeTarget(target: string): string {
  return target.replaceAll(/[^\x21\x23-\x3b\x3d\x3f-\x5a\x5f\x61-\x7a\x7e]/gu, encodeURIComponent);
}

/** `{ "$each": 50, "of": {…} }` in a list stands for fifty elements with `{n}` = 1 … 50. */
function bodyOf(text: string, memory: Memory): string {
  if (!text.includes('"$each"')) return fill(text, memory);
  return JSON.stringify(expand(JSON.parse(text) as unknown, memory));
}

function expand(value: unknown, memory: Memory): unknown {
  if (typeof value === 'string') return fill(value, memory);
  if (Array.isArray(value)) {
    return value.flatMap((element: unknown) => {
      const { $each: count, of } = (element ?? {}) as { $each?: number; of?: unknown };
      if (count === undefined) return [expand(element, memory)];
      return Array.from({ length: count }, (_, index) => expand(of, new Map(memory).set('n', index + 1)));
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expand(inner, memory)]));
}

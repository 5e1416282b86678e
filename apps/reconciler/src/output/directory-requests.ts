import type { DirectoryRequest, DirectoryRequestSummary } from '../server/directory.ts';
import { named } from './flow.ts';
import { printable } from './printable.ts';
import type { Paint } from './style.ts';
import { table } from './table.ts';
import { secondOf } from './time.ts';

const HEADING = ['TIME (UTC)', 'OUTCOME', 'STATUS', 'REQUEST', 'TOKEN', 'WHAT', 'ID'];
const WHAT_LENGTH = 60;
/** Every route begins so. */
const BASE_PATH = '/scim/v2';

/** Requests as a table, a line each. Their texts are UNTRUSTED: an identity provider chose names in them. */
export function requestTable(requests: readonly DirectoryRequestSummary[]): string {
  return table([HEADING, ...requests.map(cellsOf)]);
}

/** One request as a line, for those that come one by one. */
export function requestLine(request: DirectoryRequestSummary): string {
  const [time = '', outcome = '', ...rest] = cellsOf(request);
  return `${[time, outcome.padEnd(7), ...rest.filter((cell) => cell !== '')].map(printable).join('  ')}\n`;
}

/** All that is known of one request. */
export function requestText(request: DirectoryRequest, paint: Paint): string {
  const { requestId, at, token, method, route, status, scimType, outcome, quirks, resourceType, resourceId } = request;
  const { attributes, detail, hint, milliseconds, payload } = request;
  const about = [resourceType, resourceId].filter((part) => part !== null).join(' ');
  const head = {
    time: `${secondOf(at)} UTC, ${milliseconds.toLocaleString('en')} ms`,
    token,
    about,
    attributes: attributes.join(', '),
    'understood by': quirks.join(', '),
    error: scimType === null ? detail : `${scimType}: ${detail ?? ''}`,
    'what to do': hint,
    id: requestId,
  };
  const sent = payload === null ? [] : ['', 'What was sent, without its values:', ...jsonLines(payload)];
  const title = `${method} ${route}: ${status} ${outcome}`;
  return [paint('strong', printable(title)), ...named(head), ...sent, ''].join('\n');
}

function jsonLines(payload: object): string[] {
  return JSON.stringify(payload, null, 2)
    .split('\n')
    .map((line) => `  ${printable(line)}`);
}

function cellsOf(request: DirectoryRequestSummary): string[] {
  const { requestId, at, outcome, status, method, route, token } = request;
  return [
    secondOf(at),
    outcome,
    String(status),
    `${method} ${route.replace(BASE_PATH, '')}`,
    token,
    whatOf(request),
    requestId,
  ];
}

/** The error, or else what was changed and how it had to be understood. */
function whatOf({ scimType, detail, attributes, quirks }: DirectoryRequestSummary): string {
  const understood = quirks.length > 0 ? ` (${quirks.join(', ')})` : '';
  const text =
    detail === null ? `${attributes.join(', ')}${understood}` : [scimType, detail].filter(Boolean).join(': ');
  return text.length > WHAT_LENGTH ? `${text.slice(0, WHAT_LENGTH - 1)}…` : text.trim();
}

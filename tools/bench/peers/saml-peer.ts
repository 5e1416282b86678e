// What the benchmarks ask every SAML peer in the same words: a login of the same people with the same shape of response.
import { setImmediate as turn } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import type { TestIdp } from '@rolecall/saml/testing';
import type { Dispatcher, Pool } from 'undici';
import { attributes } from '../gateway.ts';

type Asked = Dispatcher.RequestOptions;

export interface Answer {
  readonly RelayState: string;
  readonly SAMLResponse: string;
}

/** Posts a form, as browsers do. */
export const form = (path: string, fields: Readonly<Record<string, string>>): Asked => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

/** Where an answer redirects to, with its headers. @throws when it does not */
export async function redirected(
  pool: Pool,
  request: Asked,
): Promise<{ location: URL; headers: Dispatcher.ResponseData['headers'] }> {
  const response = await pool.request(request);
  const body = await response.body.text();
  const { location } = response.headers;
  if (typeof location === 'string') return { location: new URL(location), headers: response.headers };
  throw new Error(`${request.path} answered ${response.statusCode} ${body.slice(0, 200)}`);
}

/** The answers to the AuthnRequests in these addresses: half of the people come twice. */
export async function answersTo(
  idp: TestIdp,
  connection: { readonly spEntityId: string; readonly acsUrl: string },
  asked: readonly URL[],
  people: number,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [index, location] of asked.entries()) {
    await turn(); // so that the client sees which idle connections end
    const request = inflateRawSync(Buffer.from(location.searchParams.get('SAMLRequest') ?? '', 'base64'));
    const person = people + (index % (asked.length / 2));
    answers.push({
      RelayState: location.searchParams.get('RelayState') ?? '',
      SAMLResponse: idp.respond({
        connection,
        inResponseTo: /\bID="([^"]+)"/.exec(request.toString('utf8'))?.[1] ?? '',
        nameId: `person${person}@bench.example`,
        attributes: attributes(person),
        now: new Date(),
        sign: 'assertion',
      }),
    });
  }
  return answers;
}

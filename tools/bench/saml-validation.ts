// Validation of SAML responses, against node-saml's bare one of the same bytes, and what a hostile body costs.
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { SamlError, verifyResponse, type SamlConnection } from '@rolecall/saml';
import { TestIdp, type TestResponse } from '@rolecall/saml/testing';
import { attributes, IDENTITY_PROVIDER, ORGANIZATION } from './gateway.ts';
import { inProcess, median, ms, perSecond, ratio, table } from './measure.ts';
import { connectionOf } from './saml-connection.ts';

const ROUNDS = 5;
const SECONDS = 0.6;

interface Answer {
  readonly name: string;
  readonly target: string;
  readonly response: string;
  /** What must refuse it; absent: it is genuine, and node-saml validates it too. */
  readonly code?: string;
}

const idp = new TestIdp();
const connection = connectionOf(idp, 'https://gateway.bench.example', ORGANIZATION, IDENTITY_PROVIDER);
const now = new Date();
const groups = (count: number): string[] => Array.from({ length: count }, (_, i) => `group-${i}-${'x'.repeat(90)}`);

function answer(changes: Partial<TestResponse>): string {
  return idp.respond({
    connection,
    inResponseTo: `_${'a'.repeat(40)}`,
    nameId: 'person1@bench.example',
    attributes: attributes(1),
    now,
    sign: 'assertion',
    ...changes,
  });
}

const large = { attributes: { ...attributes(1), groups: groups(1000) } };
const junk = (xml: string): string => xml.replace(/(?<=<ds:SignatureValue>)[^<]{40}/, 'A'.repeat(40));

const ANSWERS: readonly Answer[] = [
  { name: 'assertion signed', target: '>= 9x', response: answer({}) },
  { name: 'both signed', target: '>= 12x', response: answer({ sign: 'both' }) },
  { name: '1,000 groups', target: '<= 13 ms', response: answer(large) },
  {
    name: 'hostile: junk signature over 1,000 groups',
    target: '< 10 ms',
    response: answer({ ...large, mutate: { signed: junk } }),
    code: 'signature_invalid',
  },
  {
    name: 'hostile: unsigned, 1,000 groups',
    target: '< 10 ms',
    response: answer({ ...large, mutate: { signed: (xml) => xml.replace(/<ds:Signature .*<\/ds:Signature>/s, '') } }),
    code: 'signature_missing',
  },
];

function bare(to: SamlConnection): SAML {
  return new SAML({
    callbackUrl: to.acsUrl,
    issuer: to.spEntityId,
    audience: to.spEntityId,
    idpCert: [...to.idp.signingCertificates],
    wantAuthnResponseSigned: false,
    validateInResponseTo: ValidateInResponseTo.never,
  });
}

async function verify({ response, code, name }: Answer): Promise<void> {
  const outcome = await verifyResponse({ unverifiedResponse: response, connection, now }).then(
    () => undefined,
    (error: unknown) => (error instanceof SamlError ? error.code : String(error)),
  );
  if (outcome !== code) throw new Error(`${name}: ${outcome ?? 'accepted'}`);
}

export async function run(): Promise<string> {
  const peer = bare(connection);
  const times = ANSWERS.map(() => ({ ours: [] as number[], nodeSaml: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, one] of ANSWERS.entries()) {
      const { response, code } = one;
      times[index]?.ours.push(await inProcess(SECONDS, () => verify(one)));
      if (code === undefined)
        times[index]?.nodeSaml.push(
          await inProcess(SECONDS, () => peer.validatePostResponseAsync({ SAMLResponse: response })),
        );
    }
  return report(
    ANSWERS.map((_, index) => ({
      ours: median(times[index]?.ours ?? []),
      nodeSaml: median(times[index]?.nodeSaml ?? []),
    })),
  );
}

function report(measured: readonly { readonly ours: number; readonly nodeSaml: number }[]): string {
  const rows = ANSWERS.map(({ name, target, response, code }, index) => {
    const { ours, nodeSaml } = measured[index] ?? { ours: 0, nodeSaml: 0 };
    const size = `${((response.length * 0.75) / 1000).toFixed(1)} kB`;
    const theirs = code === undefined ? [ms(nodeSaml), ratio(nodeSaml / ours)] : ['', ''];
    return [`${name}, ${size}`, ms(ours), perSecond(1000 / ours), ...theirs, target];
  });
  return `## Validating a SAML response

\`verifyResponse\` (decoding, parse, signatures, profile) against node-saml's \`validatePostResponseAsync\` of the same response, in
one process, ${ROUNDS} interleaved rounds, medians. The event loop stands still for as long.

${table(['CPU of one response', 'ms', 'per core-second', 'node-saml, ms', 'times less', 'target'], rows)}`;
}

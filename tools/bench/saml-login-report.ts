// What a run of the SAML login is told as.
import { type Load, median, ms, perSecond, ratio, table } from './measure.ts';

export interface Round {
  readonly bare: number;
  readonly verify: number;
  readonly insert: Load;
  readonly start: Load;
  readonly finish: Load;
  /** authorize, ACS, token; only with --peers. */
  readonly polis: readonly Load[] | undefined;
  /** authorize, ACS; only with --peers. */
  readonly betterAuth: readonly Load[] | undefined;
}

interface Sizes {
  readonly logins: number;
  readonly concurrency: number;
}

export function report(rounds: readonly Round[], { logins, concurrency }: Sizes): string {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const bare = of((r) => r.bare);
  const verify = of((r) => r.verify);
  const insert = of((r) => r.insert.cpuMs);
  const start = of((r) => r.start.cpuMs);
  const finish = of((r) => r.finish.cpuMs);
  const login = start + finish;
  const polis = of(({ polis: loads = [] }) => whole(loads));
  const betterAuth = of(({ betterAuth: loads = [] }) => whole(loads));
  const row = (name: string, cpu: number): string[] => [
    name,
    ms(cpu),
    perSecond(1000 / cpu),
    ratio(cpu / bare),
    ratio(cpu / insert),
  ];
  return `## A SAML login

One signed assertion, 10 attributes with 29 values, 20 rules; ${logins} logins a round, ${concurrency} at once, ${rounds.length} rounds, medians. Half of the
people are new (created just in time), half come back.

${table(
  ['CPU of the server process', 'ms', 'per core-second', 'of bare node-saml', 'of the INSERT floor'],
  [
    row('floor: node:http + one INSERT', insert),
    row('floor: node-saml validates, nothing else', bare),
    row('verifyResponse: strict parse, signatures, profile checks', verify),
    row('GET …/login: AuthnRequest, transaction stored', start),
    row('POST …/acs + GET /saml/continue: user, grants, session, audit committed', finish),
    row('**whole login**', login),
    ...(polis > 0 ? [row('peer: Polis 26.2 as a library: authorize, ACS, token', polis)] : []),
    ...(betterAuth > 0 ? [row('peer: better-auth 1.7 with its sso plugin: authorize, ACS', betterAuth)] : []),
  ],
)}
${polis > 0 ? againstPeers(polis / login, betterAuth / login) : ''}
The verification alone is ${ratio(bare / verify)} as fast as node-saml's bare one (target 9x); the whole login, committed, costs ${ratio(login / bare)} of it. Latency of ACS + continue at ${concurrency} at once: p50 ${ms(of((r) => r.finish.p50))} ms, p99 ${ms(of((r) => r.finish.p99))} ms.`;
}

const whole = (loads: readonly Load[]): number => loads.reduce((sum, { cpuMs }) => sum + cpuMs, 0);

const againstPeers = (polis: number, betterAuth: number): string => `
Against Polis in the same run: **${ratio(polis)}** (targets: 3x must, 6x ambitious; it keeps no users: no JIT, grants, session or audit).
Against better-auth: **${ratio(betterAuth)}** (targets: 6x must, 12x ambitious; it ends in a session as ours does, without roles or audit).
`;

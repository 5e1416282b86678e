import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  apply,
  baseOf,
  LeaseError,
  OnceError,
  reconcile,
  ReconcileError,
  RevisionMovedError,
  StalePlanError,
} from '@rolecall/reconcile';
import { MemoryStateStore } from '@rolecall/reconcile/testing';
import type { ApplyRequest, ExpiringItem, PlanRequest } from '../server/client.ts';
import type { Domain } from '../server/domains.ts';
import type { IdentityProvider } from '../server/identity-providers.ts';
import type { Flow, SsoTest } from '../server/logins.ts';
import { answerOfAudit } from './answer-of-audit.ts';
import type { RecordedEvent } from './answer-of-audit.ts';
import { answerOfCollections } from './answer-of-collections.ts';
import { answerOfDrift } from './answer-of-drift.ts';
import { answerOfOrganizations } from './answer-of-organizations.ts';
import { answerOfSignIns } from './answer-of-sign-ins.ts';
import { answerOfUsers } from './answer-of-users.ts';
import type { RecordedUser } from './answer-of-users.ts';
import { answerOfDirectory } from './test-directory.ts';
import type { TestDirectory } from './test-directory.ts';
import { answerOfLease } from './test-leases.ts';
import { Refusal } from './test-refusal.ts';
import { forbidden, wantedBy } from './test-request.ts';

export const TEST_TOKEN = 'rct_test';
const NOW = new Date('2026-11-01T12:00:00Z');

/**
 * The admin API's routes that the commands use, over the real reconcile code and a store in memory. The whole with
 * PostgreSQL is tested end to end; this makes the commands' own tests fast.
 */
export class TestServer {
  readonly store = new MemoryStateStore();
  /** The logins on record of the organization "acme". */
  flows: readonly Flow[] = [];
  users: readonly RecordedUser[] = [];
  /** The audit log of the organization "acme". */
  audit: readonly RecordedEvent[] = [];
  /** The e-mail domains of the organization "acme". */
  domains: readonly Domain[] = [];
  /** What the tests of sign-ins at "acme" answer, one after the other; the last one stays. */
  ssoTests: SsoTest[] = [];
  /** The identity providers of the organization "acme". */
  identityProviders: readonly IdentityProvider[] = [];
  /** The directory of the organization "acme". */
  directory: TestDirectory | undefined;
  /** What ends by itself. */
  expiring: readonly ExpiringItem[] = [];
  /** Organizations that drifted are shown up to here. */
  driftsShown = 100;
  /** What somebody else applies as soon as the first plan is answered. */
  meanwhile: PlanRequest | undefined;
  /** Nobody's token is known any more. */
  revoked = false;
  /** The code with which plans and applies are refused, as those of a token that may not have them. */
  forbids: string | undefined;
  /** Nothing is answered but errors. */
  down = false;
  /** This many answers to applies are lost on the way. */
  losesAnswers = 0;
  #plans = 0;
  readonly #http: Server;
  /** `METHOD /path` of every request. */
  readonly requests: string[] = [];

  constructor() {
    this.#http = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      const answer = (status: number, body: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      this.#answer(request).then(
        (body) => {
          const lost = request.url === '/v1/applies' && this.losesAnswers > 0;
          if (lost) this.losesAnswers -= 1;
          if (lost) request.socket.destroy();
          else answer(200, body);
        },
        (error: unknown) => {
          const { status, code, message, diagnostics } = refusalOf(error);
          answer(status, { error: { code, message, diagnostics, traceId: 'trace-1' } });
        },
      );
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#http.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => {
      this.#http.close(resolve);
    });
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    if (this.down) throw new Error('down');
    if (this.revoked || request.headers.authorization !== `Bearer ${TEST_TOKEN}`)
      throw new Refusal(401, 'unauthorized', 'no such token');
    const sent = await text(request);
    const body: unknown = sent === '' ? undefined : JSON.parse(sent);
    const { method = '', url = '' } = request;
    const answer =
      this.#answerOfDeployment(method, url, body) ??
      answerOfAudit(this.audit, url) ??
      this.#answerOfAcme(method, url, body) ??
      answerOfOrganizations(this.store, url, NOW);
    if (answer !== undefined) return answer;
    throw new Refusal(404, 'not_found', 'there is nothing here');
  }

  #answerOfDeployment(method: string, url: string, body: unknown): unknown {
    if (url === '/v1/plans') return this.#plan(body as PlanRequest);
    if (url === '/v1/applies') return this.#apply(body as ApplyRequest);
    if (/^\/v1\/collections\/[^/]+\/lease(?:\/release)?$/.test(url))
      return answerOfLease(this.store, method, url, body, NOW);
    return (
      answerOfDrift(this.store, { method, url }, body, NOW, this.driftsShown) ?? answerOfCollections(this, url, body)
    );
  }

  #answerOfAcme(method: string, url: string, body: unknown): unknown {
    if (/^\/v1\/organizations\/acme\/(?:users|receipts)(?:[/?]|$)/.test(url))
      return answerOfUsers(this.users, { method, url, body }, refuse);
    const [, ofDirectory] = /^\/v1\/organizations\/acme\/directory(.*)$/.exec(url) ?? [];
    if (ofDirectory !== undefined && this.directory)
      return answerOfDirectory(this.directory, method, ofDirectory, body);
    return answerOfSignIns(this, url, body);
  }

  async #plan(request: PlanRequest) {
    if (this.forbids !== undefined) throw forbidden(this.forbids, request);
    const wanted = wantedBy(request);
    const plan = await this.store.transaction('rollback', (state) => reconcile(state, wanted, NOW));
    await this.#doMeanwhile();
    if (request.save !== true) return plan;
    const { collection, fingerprint } = plan;
    this.#plans += 1;
    const id = `019a3f00-0000-7000-8000-${String(this.#plans).padStart(12, '0')}`;
    const expiresAt = new Date(NOW.getTime() + 7 * 24 * 3_600_000);
    await this.store.savePlan({ id, collection, fingerprint, base: baseOf(plan), expiresAt });
    return { ...plan, saved: { id, expiresAt: expiresAt.toISOString() } };
  }

  async #doMeanwhile(): Promise<void> {
    if (this.meanwhile === undefined) return;
    const wanted = wantedBy(this.meanwhile);
    this.meanwhile = undefined;
    await this.store.transaction('commit', (state) => reconcile(state, wanted, NOW));
  }

  #apply(request: ApplyRequest) {
    const { fingerprint: expectedFingerprint, lease: fencing, leaseSecret: secret = '', planId, applyId } = request;
    const lease = fencing === undefined ? undefined : { fencing, secret };
    const wanted = { ...wantedBy(request), expectedFingerprint };
    const terms = { actor: 'ci', lease, planId, applyId };
    return this.store.transaction('commit', (state) => apply(state, wanted, terms, NOW));
  }
}

function refuse(status: number, code: string, message: string, details: readonly string[] = []): never {
  const diagnostics = details.map((detail) => ({ severity: 'error' as const, code, message: detail }));
  throw new Refusal(status, code, message, diagnostics);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StalePlanError || error instanceof RevisionMovedError) {
    return new Refusal(409, 'stale_plan', error.message);
  }
  if (error instanceof LeaseError || error instanceof OnceError) return new Refusal(409, error.code, error.message);
  if (error instanceof ReconcileError) {
    const diagnostics = error.problems.map((problem) => ({ severity: 'error' as const, ...problem }));
    return new Refusal(422, error.code, error.message, diagnostics);
  }
  return new Refusal(500, 'internal_error', 'something went wrong');
}

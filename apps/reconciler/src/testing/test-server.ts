import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { checkDocument, checkPlatform } from '@rolecall/org-config';
import {
  apply,
  baseOf,
  LeaseError,
  OnceError,
  reconcile,
  ReconcileError,
  RevisionMovedError,
  secretFingerprint,
  StalePlanError,
} from '@rolecall/reconcile';
import type { DesiredPlatform, FileDigest, ReconcileRequest } from '@rolecall/reconcile';
import { answerOfAudit } from './answer-of-audit.ts';
import type { RecordedEvent } from './answer-of-audit.ts';
import { answerOfDrift } from './answer-of-drift.ts';
import { answerOfUsers } from './answer-of-users.ts';
import type { RecordedUser } from './answer-of-users.ts';
import { memoryFingerprintKey, MemoryStateStore } from '@rolecall/reconcile/testing';
import { answerOfDirectory } from './test-directory.ts';
import type { TestDirectory } from './test-directory.ts';
import { answerOfLease } from './test-leases.ts';
import { Refusal } from './test-refusal.ts';
import type { ApplyRequest, ExpiringItem, PlanRequest } from '../server/client.ts';
import type { Domain } from '../server/domains.ts';
import type { IdentityProvider } from '../server/identity-providers.ts';
import type { Flow, SsoTest } from '../server/logins.ts';

export const TEST_TOKEN = 'rct_test';
const NOW = new Date('2026-11-01T12:00:00Z');

const TEST_LINK = {
  id: '019a3f00-0000-7000-8000-000000000001',
  url: 'https://sso.example.com/sso/test/acme/okta?link=abc',
  expiresAt: '2026-11-01T12:30:00.000Z',
};

function forbidden(code: string, { organizations }: PlanRequest): Refusal {
  const details = organizations.map(({ document, file = '' }) => ({
    severity: 'error' as const,
    code,
    message: `"${document.metadata.name}" is none of the organizations that this token is for`,
    position: { file, line: 1, column: 1 },
    pointer: '/metadata/name',
    organization: document.metadata.name,
  }));
  const message = 'the token "ci" is for other organizations, nothing was changed';
  return new Refusal(403, code, message, code === 'organization_out_of_reach' ? details : []);
}

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
    if (/^\/v1\/collections\/[^/]+\/lease(?:\/release)?$/.test(request.url ?? ''))
      return answerOfLease(this.store, request.method ?? '', request.url ?? '', body, NOW);
    const { method = '', url = '' } = request;
    const ofDrift = answerOfDrift(this.store, { method, url }, body, NOW, this.driftsShown);
    if (ofDrift !== undefined) return ofDrift;
    const ofAudit = answerOfAudit(this.audit, url);
    if (ofAudit !== undefined) return ofAudit;
    const [, name, action] = /^\/v1\/collections\/([^/]+)(\/compare)?$/.exec(request.url ?? '') ?? [];
    if (name !== undefined && action === undefined) return this.#collection(name);
    if (name !== undefined) return this.#compare(name, (body as { files: FileDigest[] }).files);
    if (/^\/v1\/organizations\/acme\/(?:users|receipts)(?:[/?]|$)/.test(url))
      return answerOfUsers(this.users, { method, url, body }, refuse);
    const [page] = /^\/v1\/organizations\?.*$/.exec(request.url ?? '') ?? [];
    if (page !== undefined) return this.#organizations(new URLSearchParams(page.split('?')[1]));
    const [, org, revisions, number] =
      /^\/v1\/organizations\/([^/?]+)(?:\/(revisions)(?:\/(\d+)|\?.*))?$/.exec(request.url ?? '') ?? [];
    if (org !== undefined) return this.#organization(org, revisions !== undefined, number);
    if (request.url?.startsWith('/v1/expiry?') === true)
      return this.#expiry(new URLSearchParams(request.url.split('?')[1]));
    if (request.url === '/v1/platform') return this.#platform();
    if (request.url === '/v1/plans') return this.#plan(body as PlanRequest);
    if (request.url === '/v1/applies') return this.#apply(body as ApplyRequest);
    const idps = /^\/v1\/organizations\/acme\/identity-providers(?:\/([^/]+)\/metadata\/(refresh|accept))?$/.exec(
      request.url ?? '',
    );
    if (idps?.[1] !== undefined) return this.#metadata(idps[1], body as { digest: string } | undefined);
    if (idps) return { identityProviders: this.identityProviders };
    const [, domain] = /^\/v1\/organizations\/acme\/domains(?:\/([^/]+)\/check)?$/.exec(request.url ?? '') ?? [
      '',
      'none',
    ];
    if (domain === undefined) return { domains: this.domains };
    if (domain !== 'none') return this.#domain(domain);
    const [, traceId, query] = /^\/v1\/organizations\/acme\/flows(?:\/(\w+))?(\?.*)?$/.exec(request.url ?? '') ?? [];
    if (traceId !== undefined) return this.#flow(traceId);
    if (query !== undefined) return this.#flowPage(new URLSearchParams(query));
    const [, ofDirectory] = /^\/v1\/organizations\/acme\/directory(.*)$/.exec(request.url ?? '') ?? [];
    if (ofDirectory !== undefined && this.directory)
      return answerOfDirectory(this.directory, request.method ?? '', ofDirectory, body);
    const [tests, id] =
      /^\/v1\/organizations\/acme\/identity-providers\/okta\/tests(?:\/(.+))?$/.exec(request.url ?? '') ?? [];
    if (tests !== undefined) return id === undefined ? TEST_LINK : this.#ssoTest();
    throw new Refusal(404, 'not_found', 'there is nothing here');
  }

  #platform() {
    return this.store.transaction('rollback', async ({ platform }) => {
      const live = await platform.live();
      if (live) return live;
      throw new Refusal(404, 'no_platform', 'nobody has applied a document of kind Platform yet');
    });
  }

  /** A page has two, so that commands have to turn it. */
  #organizations(query: URLSearchParams) {
    const all = this.store
      .organizations()
      .toSorted((a, b) => (a.head.name < b.head.name ? -1 : 1))
      .filter(({ head }) => head.name > (query.get('cursor') ?? ''));
    const organizations = all.slice(0, 2).map(({ head: { name, digest, revision, collection = null }, revisions }) => {
      const document = query.get('documents') === 'true' ? { document: revisions[revision - 1]?.document } : {};
      return { name, digest, revision, collection, ...document };
    });
    return { organizations, nextCursor: all.length > 2 ? (organizations.at(-1)?.name ?? null) : null };
  }

  #organization(name: string, revisions: boolean, number: string | undefined) {
    const found = this.store.organizations().find(({ head }) => head.name === name);
    if (!found) throw new Refusal(404, 'unknown_organization', 'there is no organization of this name');
    const { revision, digest, collection = null } = found.head;
    const entries = found.revisions.map(({ origin, digest: of }, index) => ({
      digest: of,
      number: index + 1,
      appliedAt: NOW.toISOString(),
      appliedBy: origin.actor,
      repository: origin.repository ?? null,
      commit: origin.commit ?? null,
      file: origin.file ?? null,
    }));
    if (number !== undefined) {
      const at = Number(number) - 1;
      return entries[at] ? { ...entries[at], document: found.revisions[at]?.document } : unknownRevision();
    }
    if (revisions) return { revisions: entries.toReversed(), nextCursor: null };
    return { name, collection, revision, digest, document: found.revisions.at(-1)?.document };
  }

  #collection(name: string) {
    return this.store.transaction('rollback', async (state) => {
      const { generation, rootDigest, deviating } = await state.collection(name);
      const fingerprintKey = memoryFingerprintKey(name).toString('base64');
      const directoryTokensDue = this.directory?.due ?? [];
      const endingSoon = this.expiring.filter(
        ({ kind, daysLeft }) => /^(?:idp|metadata|sp)-/.test(kind) && daysLeft < 30,
      );
      return {
        name,
        generation,
        rootDigest: rootDigest ?? null,
        deviating,
        directoryTokensDue,
        endingSoon,
        fingerprintKey,
      };
    });
  }

  #compare(name: string, files: readonly FileDigest[]) {
    return this.store.transaction('rollback', async (state) => {
      const known = new Map((await state.fileDigests(name)).map((file) => [file.path, file.digest]));
      const sent = new Set(files.map((file) => file.path));
      const deviating = [...(await state.heads(name, [])).values()].filter(({ deviation }) => deviation !== undefined);
      const looked = new Set(
        (await state.fileDigests(name))
          .filter(({ organizations }) => deviating.some((head) => organizations.includes(head.name)))
          .map(({ path }) => path),
      );
      const differs = ({ path, digest }: FileDigest) => known.get(path) !== digest || looked.has(path);
      return {
        changed: files.filter(differs).map((file) => file.path),
        removed: [...known.keys()].filter((path) => !sent.has(path)),
      };
    });
  }

  /** A refresh finds what is on record; an acceptance takes what is held. */
  #metadata(name: string, accepted: { digest: string } | undefined) {
    const metadata = this.identityProviders.find((known) => known.name === name)?.metadata;
    if (!metadata)
      throw new Refusal(404, 'unknown_identity_provider', 'the organization has no such identity provider');
    const { held, error } = metadata;
    if (!accepted) return { outcome: held ? 'hold' : error ? 'failed' : 'unchanged', error };
    if (held?.digest === accepted.digest) return { identityProvider: name, digest: accepted.digest };
    throw new Refusal(409, 'another_held', 'other metadata waits by now; look at its fingerprints first');
  }

  /** Pages of two. */
  #expiry(query: URLSearchParams) {
    const [organization, cursor] = [query.get('organization'), Number(query.get('cursor') ?? 0)];
    const all = this.expiring.filter((item) => organization === null || item.organization === organization);
    const within = all.filter(({ daysLeft }) => daysLeft < Number.parseInt(query.get('within') ?? '99999d', 10));
    const next = cursor + 2;
    return { items: within.slice(cursor, next), nextCursor: next < within.length ? String(next) : null };
  }

  #domain(domain: string): Domain {
    const found = this.domains.find((known) => known.domain === domain);
    if (found) return found;
    throw new Refusal(404, 'unknown_domain', 'the organization declares no such e-mail domain under emailDomains');
  }

  #ssoTest(): SsoTest {
    const next = this.ssoTests.length > 1 ? this.ssoTests.shift() : this.ssoTests[0];
    if (next) return next;
    throw new Refusal(404, 'test_not_found', 'there is no such test any more; make a new one');
  }

  #flow(traceId: string): Flow {
    const flow = this.flows.find((known) => known.traceId === traceId);
    if (flow) return flow;
    throw new Refusal(404, 'flow_not_found', 'no login of this organization has this trace id');
  }

  #flowPage(query: URLSearchParams) {
    const [outcome, code, limit] = ['outcome', 'code', 'limit'].map((name) => query.get(name));
    const all = this.flows.filter((flow) => {
      return flow.outcome === (outcome ?? flow.outcome) && flow.code === (code ?? flow.code);
    });
    const page = all.slice(0, Number(limit));
    return {
      flows: page.map((flow) => ({ ...flow, guidance: undefined, steps: undefined })),
      nextCursor: page.length < all.length ? 'next' : null,
    };
  }

  async #plan(request: PlanRequest) {
    if (this.forbids !== undefined) throw forbidden(this.forbids, request);
    const wanted = this.#wanted(request);
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
    const wanted = this.#wanted(this.meanwhile);
    this.meanwhile = undefined;
    await this.store.transaction('commit', (state) => reconcile(state, wanted, NOW));
  }

  #apply(request: ApplyRequest) {
    const { fingerprint: expectedFingerprint, lease: fencing, leaseSecret: secret = '', planId, applyId } = request;
    const lease = fencing === undefined ? undefined : { fencing, secret };
    const wanted = { ...this.#wanted(request), expectedFingerprint };
    const terms = { actor: 'ci', lease, planId, applyId };
    return this.store.transaction('commit', (state) => apply(state, wanted, terms, NOW));
  }

  #wanted(request: PlanRequest | ApplyRequest): ReconcileRequest {
    const organizations = request.organizations.map(({ document, file, lines, secrets: sent = {} }) => {
      const checked = checkDocument(document, file ?? '');
      if (checked.document === undefined) throw new Refusal(422, 'invalid', 'invalid', checked.diagnostics);
      return {
        document: checked.document,
        digest: checked.digest,
        file,
        lines,
        ...secretsOf(sent, request.collection, document.metadata.name),
      };
    });
    const platform = request.platform && platformOf(request.platform);
    return { ...request, organizations, platform, origin: { actor: 'ci', ...request.origin } };
  }
}

function platformOf({ document, file }: NonNullable<PlanRequest['platform']>): DesiredPlatform {
  const checked = checkPlatform(document, file);
  if (checked.document === undefined) throw new Refusal(422, 'invalid', 'invalid', checked.diagnostics);
  return { document: checked.document, digest: checked.digest, file };
}

function refuse(status: number, code: string, message: string, details: readonly string[] = []): never {
  const diagnostics = details.map((detail) => ({ severity: 'error' as const, code, message: detail }));
  throw new Refusal(status, code, message, diagnostics);
}

function unknownRevision(): never {
  throw new Refusal(404, 'unknown_revision', 'the organization has no revision of this number');
}

/** What the server makes of the secrets of a plan (fingerprints) or an apply (values). */
function secretsOf(
  sent: Readonly<Record<string, { readonly fingerprint: string } | { readonly value: string }>>,
  collection: string,
  organization: string,
) {
  const secrets: Record<string, string> = {};
  const identityProviders: Record<string, { clientSecret: string }> = {};
  for (const [pointer, secret] of Object.entries(sent)) {
    const at = { collection, organization, pointer };
    if ('value' in secret) identityProviders[pointer.split('/')[3] ?? ''] = { clientSecret: secret.value };
    secrets[pointer] =
      'value' in secret ? secretFingerprint(memoryFingerprintKey(collection), at, secret.value) : secret.fingerprint;
  }
  return { secrets, identityProviders };
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

import type { OrganizationDocument } from '@rolecall/org-config';
import type { FileDigest, Plan } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import type { ServerDiagnostic } from '../output/positions.ts';
import type { Connection } from './connection.ts';

export interface SentOrganization {
  readonly document: OrganizationDocument;
  readonly file: string;
  /** By JSON pointer of the reference. */
  readonly secrets?: Readonly<Record<string, { readonly fingerprint: string }>>;
}

/** The body of `POST /v1/plans`. */
export interface PlanRequest {
  readonly collection: string;
  readonly organizations: readonly SentOrganization[];
  readonly unchangedFiles: readonly string[];
  readonly files: readonly FileDigest[];
  readonly prune: boolean;
  readonly adopt?: boolean;
  readonly origin: { readonly repository?: string; readonly commit?: string };
}

/** The body of `POST /v1/applies`: what was shown, its fingerprint, and the values of secrets. */
export interface ApplyRequest extends Omit<PlanRequest, 'organizations'> {
  readonly organizations: readonly (Omit<SentOrganization, 'secrets'> & {
    /** SECRET. */
    readonly secrets?: Readonly<Record<string, { readonly value: string }>>;
  })[];
  readonly fingerprint: string;
}

export interface DueToken {
  readonly organization: string;
  readonly name: string;
  readonly rotateAt: string;
  readonly expiresAt: string;
}

export interface Collection {
  readonly name: string;
  readonly generation: number;
  readonly rootDigest: string | null;
  /** Tokens of directories whose time comes, or is over. Absent from an older server. */
  readonly directoryTokensDue?: readonly DueToken[];
  /** Base64; absent for a token that may not plan. */
  readonly fingerprintKey?: string;
}

/** One organization as it is. */
export interface OrganizationRecord {
  readonly name: string;
  readonly collection: string | null;
  readonly revision: number;
  readonly digest: string;
  readonly document: OrganizationDocument;
}

/** Who made a revision, when and from where. */
export interface RevisionEntry {
  readonly number: number;
  readonly digest: string;
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly repository: string | null;
  readonly commit: string | null;
  readonly file: string | null;
}

export interface Revision extends RevisionEntry {
  readonly document: OrganizationDocument;
}

export interface Applied {
  readonly plan: Plan;
  readonly applied: readonly { readonly organization: string; readonly revision: number }[];
}

/** How one login ended. */
export interface FlowSummary {
  readonly traceId: string;
  readonly kind: 'saml-login' | 'saml-test' | 'saml-logout' | 'oidc-login' | 'oidc-test' | 'oidc-logout';
  readonly identityProvider: string;
  readonly vendor: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly outcome: 'succeeded' | 'refused';
  readonly code: string | null;
  readonly mustAct: 'platform' | 'customer' | 'user' | null;
  readonly userId: string | null;
}

export interface FlowStep {
  readonly check: string;
  readonly passed: boolean;
  readonly want?: string;
  readonly got?: string;
}

/** One login with its checks; `got` of a failed one is what was sent: a claim. */
export interface Flow extends FlowSummary {
  /** What to do about the code. */
  readonly guidance: {
    readonly sentence: string;
    readonly menu: string | null;
    readonly guide: string;
    /** The gateway's page for the customer. */
    readonly setup: string | null;
  } | null;
  readonly steps: readonly FlowStep[];
}

/** An e-mail domain of an organization, and the TXT record that proves it. */
export interface Domain {
  readonly domain: string;
  readonly verification: 'dns' | 'asserted';
  readonly state: 'asserted' | 'pending' | 'verified' | 'failing';
  readonly record: { readonly type: 'TXT'; readonly name: string; readonly value: string };
  readonly verifiedAt: string | null;
  readonly checkedAt: string | null;
  readonly failingSince: string | null;
  readonly error: 'record_missing' | 'record_differs' | 'dns_unreachable' | 'email_domain_taken' | null;
}

/** A one-time link that tries an identity provider. */
export interface SsoTestLink {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: string;
}

/** How far a test is, and what it found once it is over. */
export interface SsoTest extends Pick<Flow, 'code' | 'mustAct' | 'guidance' | 'steps'> {
  readonly id: string;
  readonly state: 'waiting' | 'begun' | 'succeeded' | 'failed';
  readonly expiresAt: string;
  readonly traceId: string | null;
  readonly facts?: readonly { readonly name: string; readonly count: number; readonly values?: readonly string[] }[];
  readonly grants?: readonly { readonly scope: string; readonly role: string }[];
  readonly groups?: readonly string[];
  readonly rules?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly matched: boolean;
    readonly why: string;
  }[];
}

/** An identity provider as it is now. */
export interface IdentityProvider {
  readonly name: string;
  readonly type: 'saml' | 'oidc';
  readonly displayName: string;
  readonly enabled: boolean;
  readonly issuer: string | null;
  /** Of a SAML one. */
  readonly metadata: {
    readonly url: string | null;
    readonly refreshSeconds: number | null;
    readonly lastSuccess: string | null;
    readonly error: { readonly code: string; readonly message: string } | null;
    readonly inUse: PublishedMetadata | null;
    readonly held: {
      readonly digest: string;
      readonly since: string;
      readonly code: string;
      readonly message: string;
      readonly contents: PublishedMetadata | null;
    } | null;
  } | null;
}

/** What a metadata document says. */
export interface PublishedMetadata {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly signingCertificates: readonly {
    readonly fingerprint: string;
    readonly expires: string;
    readonly key: string;
  }[];
}

/** What came of a refresh that was asked for; `error` says why nothing was taken. */
export interface MetadataRefreshed {
  readonly outcome: 'unchanged' | 'use' | 'hold' | 'failed' | 'overtaken';
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The server refused; `code` is its own. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly diagnostics: readonly ServerDiagnostic[],
    readonly traceId: string | undefined,
  ) {
    super(message);
  }
}

/** A plan over 10,000 organizations with many users takes time; a server that is silent longer than this is broken. */
const TIMEOUT_MS = 300_000;

/** The admin API as the commands use it. */
export class Client {
  constructor(private readonly connection: Connection) {}

  collection(name: string): Promise<Collection> {
    return this.call('GET', `v1/collections/${encodeURIComponent(name)}`);
  }

  compare(
    name: string,
    files: readonly Pick<FileDigest, 'path' | 'digest'>[],
  ): Promise<{ changed: readonly string[]; removed: readonly string[] }> {
    return this.call('POST', `v1/collections/${encodeURIComponent(name)}/compare`, { files });
  }

  plan(request: PlanRequest): Promise<Plan> {
    return this.call('POST', 'v1/plans', request);
  }

  apply(request: ApplyRequest): Promise<Applied> {
    return this.call('POST', 'v1/applies', request);
  }

  /** A page of organizations by name. @param cursor `nextCursor` of the page before, or null */
  organizations(
    cursor: string | null,
  ): Promise<{ readonly organizations: readonly { readonly name: string }[]; readonly nextCursor: string | null }> {
    const query = new URLSearchParams({ limit: '1000', ...(cursor !== null && { cursor }) });
    return this.call('GET', `v1/organizations?${query.toString()}`);
  }

  organization(name: string): Promise<OrganizationRecord> {
    return this.call('GET', `v1/organizations/${encodeURIComponent(name)}`);
  }

  /** The newest first. */
  revisions(
    organization: string,
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly revisions: readonly RevisionEntry[]; readonly nextCursor: string | null }> {
    const at = `v1/organizations/${encodeURIComponent(organization)}/revisions`;
    return this.call('GET', `${at}?${new URLSearchParams(query).toString()}`);
  }

  revision(organization: string, number: number): Promise<Revision> {
    return this.call('GET', `v1/organizations/${encodeURIComponent(organization)}/revisions/${number}`);
  }

  flows(
    organization: string,
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly flows: readonly FlowSummary[]; readonly nextCursor: string | null }> {
    return this.call(
      'GET',
      `v1/organizations/${encodeURIComponent(organization)}/flows?${new URLSearchParams(query).toString()}`,
    );
  }

  domains(organization: string): Promise<{ readonly domains: readonly Domain[] }> {
    return this.call('GET', `v1/organizations/${encodeURIComponent(organization)}/domains`);
  }

  /** Has the server look the record up now. */
  checkDomain(organization: string, domain: string): Promise<Domain> {
    const path = `v1/organizations/${encodeURIComponent(organization)}/domains/${encodeURIComponent(domain)}/check`;
    return this.call('POST', path);
  }

  identityProviders(organization: string): Promise<{ readonly identityProviders: readonly IdentityProvider[] }> {
    return this.call('GET', `v1/organizations/${encodeURIComponent(organization)}/identity-providers`);
  }

  refreshMetadata(organization: string, identityProvider: string): Promise<MetadataRefreshed> {
    return this.call('POST', `${metadataPath(organization, identityProvider)}/refresh`);
  }

  acceptMetadata(organization: string, identityProvider: string, digest: string): Promise<object> {
    return this.call('POST', `${metadataPath(organization, identityProvider)}/accept`, { digest });
  }

  flow(organization: string, traceId: string): Promise<Flow> {
    return this.call(
      'GET',
      `v1/organizations/${encodeURIComponent(organization)}/flows/${encodeURIComponent(traceId)}`,
    );
  }

  createSsoTest(organization: string, identityProvider: string): Promise<SsoTestLink> {
    return this.call('POST', testsOf(organization, identityProvider));
  }

  ssoTest(organization: string, identityProvider: string, id: string): Promise<SsoTest> {
    return this.call('GET', `${testsOf(organization, identityProvider)}/${encodeURIComponent(id)}`);
  }

  /** One request of any operation. */
  async call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const { server, token } = this.connection;
    const url = new URL(path, server.endsWith('/') ? server : `${server}/`);
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const response = await fetch(url, {
      method,
      redirect: 'error', // a redirect would carry the token elsewhere
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined
        ? { headers }
        : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw unreachable(server, error);
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refusalOf(response.status, answer);
    if (answer === undefined)
      throw new CommandError(EXIT.failed, 'not_rolecall', `${server} does not answer as Rolecall does`);
    return answer as T;
  }
}

function testsOf(organization: string, identityProvider: string): string {
  const [name, idp] = [organization, identityProvider].map(encodeURIComponent);
  return `v1/organizations/${name}/identity-providers/${idp}/tests`;
}

function metadataPath(organization: string, identityProvider: string): string {
  const [at, name] = [organization, identityProvider].map(encodeURIComponent);
  return `v1/organizations/${at}/identity-providers/${name}/metadata`;
}

function unreachable(server: string, error: unknown): CommandError {
  const { name, cause } = (error ?? {}) as { name?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') {
    return new CommandError(EXIT.failed, 'server_timeout', `${server} did not answer in time; look at its log`);
  }
  const why = cause?.code ?? cause?.message ?? String(error);
  const message = `cannot reach ${server} (${why}); is it running? "npm start" starts one here`;
  return new CommandError(EXIT.failed, 'server_unreachable', message);
}

function refusalOf(status: number, answer: unknown): ServerRefusal {
  const error = (answer as { error?: Partial<ServerRefusal> } | undefined)?.error;
  const code = typeof error?.code === 'string' ? error.code : `http_${status}`;
  const message = typeof error?.message === 'string' ? error.message : `the server answered with status ${status}`;
  return new ServerRefusal(status, code, message, error?.diagnostics ?? [], error?.traceId);
}

import type { EventEmitter } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import { type Database, newOrganizationToken, type ProviderKey } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, LOGGER, type Logger, Metrics, traceOf } from '@rolecall/platform';
import type { NextFunction, Request, Response } from 'express';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Counter } from 'prom-client';
import { CONFIG, type Config } from '../config.ts';
import { sentenceOf } from '../errors/sentences.ts';
import { Cookies } from '../http/cookies.ts';
import { sendPage } from '../http/send-page.ts';
import { RateLimits } from '../limits/rate-limits.ts';
import { TooManyRequests } from '../limits/too-many-requests.ts';
import { Organizations } from '../organizations/organizations.ts';
import { ErrorPage } from '../pages/error-page.tsx';
import { ApplicationClients } from './application-clients.ts';
import { newGrantId, readGrantId } from './grant-id.ts';
import type { ProviderParts } from './provider-parts.ts';
import { ProviderRequest } from './provider-request.ts';
import { providerSettings } from './provider-settings.ts';
import { ownContext } from './own-context.ts';

type Library = typeof import('oidc-provider');

interface Built {
  readonly keys: string;
  readonly provider: Provider;
  readonly handle: (request: Request, response: Response) => Promise<void>;
}

/** The OpenID provider for applications: panva's oidc-provider at `/op`, on the gateway's own sessions (decision 0058). */
@Injectable()
export class OpenIdProvider {
  readonly clients: ApplicationClients;
  private built: Promise<Built> | undefined;
  private readonly outcomes: Counter<'endpoint' | 'outcome'>;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(Organizations) organizations: Organizations,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.clients = new ApplicationClients(organizations);
    this.outcomes = metrics.counter(
      'rolecall_application_requests_total',
      'Requests at the OpenID provider, by endpoint and outcome: ok, or the error code of OAuth',
      ['endpoint', 'outcome'],
    );
  }

  get issuer(): string {
    return `${this.config.url}/op`;
  }

  /** Answers everything below `/op` that is not a page of ours. */
  readonly answer = async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    // an absolute address in the request line would be taken for ours; oidc-provider knows more paths, and other spellings
    if (!request.originalUrl.startsWith('/op/') || !PATHS.has(request.path)) return next();
    const { handle } = await this.current();
    await handle(request, response);
  };

  /** With the keys of now: others make another instance, which costs a millisecond; nothing of a user is in it. */
  async current(): Promise<Built> {
    const keys = await this.database.providerKeys.current(this.clock());
    const id = keys.map(({ kid }) => kid).join(' ');
    const built = await this.built?.catch(() => undefined);
    if (built?.keys === id) return built;
    this.built = this.build(keys, id);
    return this.built;
  }

  /** The library is loaded by the first request: a quarter of a second and 45 MB that a gateway without applications does without. */
  private async build(keys: readonly ProviderKey[], id: string): Promise<Built> {
    const library = await import('oidc-provider');
    const parts = this.partsOf(library);
    const { errors, interactionPolicy: policies } = library;
    const provider = new library.Provider(
      this.issuer,
      providerSettings({
        parts,
        keys,
        policies,
        issuer: this.issuer,
        sessionCookie: this.cookies.sessionName,
        loginRequired: (why) => new errors.LoginRequired(why),
        cookiesNotKept: () =>
          Object.assign(new errors.InvalidRequest('the session is not kept'), {
            allow_redirect: false,
            code: NOT_KEPT,
          }),
        renderError: (context, { error }, cause) =>
          this.refuse(context, isNotKept(cause) ? NOT_KEPT : (CODES[error] ?? 'application_request_refused')),
      }),
    );
    takeOwnIds(provider);
    provider.silent = true;
    provider.use(ownContext(this.config.url));
    this.listen(provider);
    const callback = provider.callback();
    return { keys: id, provider, handle: (request, response) => callback(request, response) };
  }

  private partsOf({ Provider: library, errors }: Library): ProviderParts {
    return {
      store: this.database.applications,
      clients: this.clients,
      clock: this.clock,
      request: () => ProviderRequest.of(library.ctx),
      admit: (clientId) => this.admit(clientId, library.ctx, errors),
      route: () => library.ctx?.oidc.route,
      seconds: (moment) => Math.floor((moment.getTime() - this.clock().getTime() + Date.now()) / 1000),
      refuse: (why) => new errors.InvalidGrant(why),
      deny: (why) => new errors.AccessDenied(why),
      putOff: (why) => new errors.TemporarilyUnavailable(why),
      event: (type, { application, userId }, data) => ({
        type,
        at: this.clock(),
        actor: type === 'application.signed_in' ? { kind: 'user', id: userId } : { kind: 'system', id: 'applications' },
        subject: userId,
        data: { application, ...data },
        ...(library.ctx ? { traceId: traceOf(library.ctx.req).traceId } : {}),
      }),
    };
  }

  /** At the endpoints where an application proves who it is. @throws TemporarilyUnavailable with the status 429 */
  private async admit(clientId: string, context: KoaContextWithOIDC | undefined, errors: Library['errors']) {
    if (!context?.path.startsWith('/token')) return;
    try {
      await this.limits.passApplication(clientId, (context.req as Request).ip, context.res);
    } catch (error) {
      if (!(error instanceof TooManyRequests)) throw error;
      context.set('Retry-After', String(error.retryAfterSeconds));
      const refused = new errors.TemporarilyUnavailable('too many requests without the right secret');
      throw Object.assign(refused, { status: 429, statusCode: 429 });
    }
  }

  private listen(provider: Provider): void {
    const events: EventEmitter = provider;
    events.on('authorization.success', () => this.outcomes.inc({ endpoint: 'authorization', outcome: 'ok' }));
    events.on('grant.success', () => this.outcomes.inc({ endpoint: 'token', outcome: 'ok' }));
    for (const [event, endpoint] of Object.entries(ENDPOINTS)) {
      events.on(`${event}.error`, (_context, { message }: Error) => this.outcomes.inc({ endpoint, outcome: message }));
    }
    provider.on('server_error', (context: KoaContextWithOIDC, error: Error) => {
      const { traceId } = traceOf(context.req);
      this.logger.error({ err: error, traceId, endpoint: context.oidc.route }, 'the OpenID provider failed');
    });
  }

  /** The page for what cannot be told to an application: it is unknown, or the address to send the browser back to is. */
  private refuse(context: KoaContextWithOIDC, code: string): void {
    const { traceId } = traceOf(context.req);
    context.respond = false;
    context.res.removeHeader('Set-Cookie'); // as `ownContext` does where oidc-provider answers
    const sentence = sentenceOf(code);
    sendPage(context.res as Response, ErrorPage({ ...sentence, traceId }), { status: sentence.status });
  }
}

/** What the discovery document names; the sign-out is ours (`end-session.controller.ts`). */
const PATHS: ReadonlySet<string> = new Set([
  '/.well-known/openid-configuration',
  '/auth',
  '/jwks',
  '/me',
  '/token',
  '/token/introspection',
  '/token/revocation',
]);

/** By the names of oidc-provider's events. */
const ENDPOINTS = {
  authorization: 'authorization',
  grant: 'token',
  userinfo: 'userinfo',
  introspection: 'introspection',
  revocation: 'revocation',
};

const NOT_KEPT = 'cookies_not_kept';

function isNotKept(error: Error & { readonly code?: unknown }): boolean {
  return error.code === NOT_KEPT;
}

const CODES: Readonly<Record<string, string>> = {
  invalid_client: 'application_unknown',
  invalid_redirect_uri: 'application_redirect_unknown',
  server_error: 'internal_error',
};

/** Ids that say which organization they are of, so that a look-up runs inside its row-level security (`newOrganizationToken`). */
function takeOwnIds(provider: Provider): void {
  for (const { prototype } of [provider.AuthorizationCode, provider.AccessToken, provider.RefreshToken]) {
    const its: unknown = Reflect.get(prototype, 'generateTokenId');
    if (typeof its !== 'function') throw new Error('oidc-provider makes ids in another way');
    Reflect.set(prototype, 'generateTokenId', function own(this: { readonly grantId?: string }): string {
      Reflect.apply(its, this, []); // also notes the format
      return newOrganizationToken(readGrantId(this.grantId ?? '').organizationId).value;
    });
  }
  Reflect.set(provider.Grant.prototype, 'generateTokenId', () => {
    const { browser } = ProviderRequest.of((provider.constructor as typeof Provider).ctx);
    if (!browser) throw new Error('a grant is made for nobody');
    return newGrantId(browser.organizationId);
  });
}

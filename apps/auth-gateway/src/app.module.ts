import {
  type DynamicModule,
  Inject,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  RequestMethod,
} from '@nestjs/common';
import { OidcProviders, type OidcTransport } from '@rolecall/oidc';
import type { Database } from '@rolecall/persistence';
import {
  CLOCK,
  type Clock,
  DATABASE,
  LOGGER,
  type Logger,
  MailDelivery,
  type Mailer,
  MetadataRefresh,
  type MetadataSource,
  Metrics,
  PlatformModule,
} from '@rolecall/platform';
import { urlencoded } from 'express';
import { AccountController } from './account/account.controller.ts';
import { IdentitiesController } from './account/identities.controller.ts';
import { PasswordController } from './account/password.controller.ts';
import { SecondFactorsController } from './account/second-factors.controller.ts';
import { OwnAccounts } from './account/own-accounts.ts';
import { CONFIG, type Config } from './config.ts';
import { Background } from './http/background.ts';
import { Cookies } from './http/cookies.ts';
import { ForgotController } from './links/forgot.controller.ts';
import { LinkController } from './links/link.controller.ts';
import { CheckPassword } from './local/check-password.ts';
import { LocalController } from './local/local.controller.ts';
import { LocalSignIns } from './local/local-sign-ins.ts';
import { PasswordStrategy } from './local/password.strategy.ts';
import { PasswordHashes } from './passwords/password-hashes.ts';
import { type FetchRange, PasswordRange } from './passwords/password-range.ts';
import { Passwords } from './passwords/passwords.ts';
import { SecondFactors } from './second-factors/second-factors.ts';
import { ConfirmationController } from './login/confirmation.controller.ts';
import { AccountsController } from './login/accounts.controller.ts';
import { LoginController } from './login/login.controller.ts';
import { RateLimits } from './limits/rate-limits.ts';
import { SharedLimits } from './limits/shared-limits.ts';
import { LoginEnds } from './login/login-ends.ts';
import { LoginStarts } from './login/login-starts.ts';
import { LoginOutcomes } from './login/login-outcomes.ts';
import { DecideAnew } from './login/decide-anew.ts';
import { Logins } from './login/logins.ts';
import { SsoTestController } from './login/sso-test.controller.ts';
import { ClientKeysController } from './oidc/client-keys.controller.ts';
import { OidcCallbackStrategy } from './oidc/oidc-callback.strategy.ts';
import { InitiationController } from './oidc/initiation.controller.ts';
import { OidcController } from './oidc/oidc.controller.ts';
import { BackchannelController } from './logout/backchannel.controller.ts';
import { LogoutController } from './logout/logout.controller.ts';
import { Logouts } from './logout/logouts.ts';
import { Organizations } from './organizations/organizations.ts';
import { StaticController } from './pages/static.controller.ts';
import { SamlController } from './saml/saml.controller.ts';
import { SamlResponseStrategy } from './saml/saml-response.strategy.ts';
import { UnknownKeys } from './saml/unknown-keys.ts';
import { CurrentSession } from './sessions/current-session.ts';
import { RecoveryController } from './recovery/recovery.controller.ts';
import { RecoveryLinks } from './recovery/recovery-links.ts';
import { RepairController } from './recovery/repair.controller.ts';
import { SignInStates } from './recovery/sign-in-state.ts';
import { SetupController } from './setup/setup.controller.ts';
import { SessionController } from './sessions/session.controller.ts';

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock | undefined;
  readonly oidcTransport: OidcTransport;
  readonly metadataSource: MetadataSource;
  readonly fetchRange: FetchRange;
  /** undefined = no mail is sent. */
  readonly mailer: Mailer | undefined;
  readonly openDatabase: () => Promise<Database>;
}

/** Wires the gateway: everything that decides is a plain class or function below. */
@Module({})
export class AppModule implements NestModule {
  static forRoot({
    config,
    oidcTransport: transport,
    metadataSource,
    mailer,
    fetchRange,
    ...platform
  }: AppOptions): DynamicModule {
    const { url } = config;
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot(platform)],
      // in the order in which a request is held against their routes: first what every login asks
      controllers: [
        SamlController,
        LoginController,
        LocalController,
        ForgotController,
        LinkController,
        AccountsController,
        ConfirmationController,
        OidcController,
        ClientKeysController,
        AccountController,
        IdentitiesController,
        PasswordController,
        SecondFactorsController,
        InitiationController,
        SsoTestController,
        SetupController,
        RecoveryController,
        RepairController,
        SessionController,
        LogoutController,
        BackchannelController,
        StaticController,
      ],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: Cookies, useValue: new Cookies(url) },
        {
          provide: Organizations,
          useFactory: ({ organizations }: Database) =>
            new Organizations(organizations, { url, allowHttpIdp: url.startsWith('http:') }),
          inject: [DATABASE],
        },
        CurrentSession,
        OwnAccounts,
        { provide: OidcProviders, useValue: new OidcProviders({ transport, allowHttp: url.startsWith('http:') }) },
        RateLimits,
        SharedLimits,
        RecoveryLinks,
        SignInStates,
        LoginOutcomes,
        DecideAnew,
        Logins,
        Logouts,
        LoginStarts,
        LoginEnds,
        {
          provide: MetadataRefresh,
          useFactory: ({ metadata }: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
            new MetadataRefresh(metadata, metadataSource, clock, logger, metrics),
          inject: [DATABASE, CLOCK, LOGGER, Metrics],
        },
        {
          provide: MailDelivery,
          useFactory: (database: Database, clock: Clock, logger: Logger, metrics: Metrics) =>
            new MailDelivery({ database, mailer, gatewayUrl: url, clock, logger, metrics }),
          inject: [DATABASE, CLOCK, LOGGER, Metrics],
        },
        Background,
        PasswordHashes,
        {
          provide: PasswordRange,
          useFactory: (logger: Logger) => new PasswordRange(config.breachedPasswordsUrl, fetchRange, logger),
          inject: [LOGGER],
        },
        Passwords,
        SecondFactors,
        CheckPassword,
        LocalSignIns,
        PasswordStrategy,
        UnknownKeys,
        SamlResponseStrategy,
        OidcCallbackStrategy,
      ],
    };
  }

  constructor(@Inject(RateLimits) private readonly limits: RateLimits) {}

  /** Only these routes read a body, each with its own limit (security.md §4.53); every other body is never looked at. */
  configure(consumer: MiddlewareConsumer): void {
    this.limitDoors(consumer);
    const form = (limit: string) => urlencoded({ extended: false, inflate: false, limit, parameterLimit: 10 });
    consumer.apply(form('400kb')).forRoutes({ path: 'saml/:org/:idp/acs', method: RequestMethod.POST });
    consumer.apply(form('200kb')).forRoutes({ path: 'saml/:org/:idp/slo', method: RequestMethod.POST });
    const backchannel = { path: 'oidc/:org/:idp/backchannel-logout', method: RequestMethod.POST };
    consumer.apply(form('32kb')).forRoutes(backchannel);
    // metadata of a federation is the largest that anybody pastes; form encoding makes it half as long again
    consumer.apply(form('800kb')).forRoutes({ path: 'recovery/metadata', method: RequestMethod.POST });
    const small = [
      'login',
      'oidc/callback',
      'login/forget',
      'login/:org/password',
      'login/:org/second-factor',
      'login/:org/forgot',
      'link/opened',
      'link/password',
      'accounts',
      'saml/confirm',
      'oidc/initiate',
      'oidc/:org/:idp/initiate',
      'sso/test/:org/:idp',
      'account/identities/link',
      'account/identities/unlink',
      'account/sessions/end',
      'account/password',
      'account/second-factor/confirm',
      'account/second-factor/remove',
      'account/second-factor/codes',
      'recovery-access',
      'recovery-access/open',
      'recovery-access/confirm',
      'recovery/enabled',
      'recovery/test',
      'recovery/release',
    ];
    for (const path of small) {
      consumer.apply(form('8kb')).forRoutes({ path, method: RequestMethod.POST });
    }
  }

  /** Before any body is read (security.md §4.30); others are in `login/direct-routes.ts`. `/session` has none: applications ask it at each of their requests. */
  private limitDoors(consumer: MiddlewareConsumer): void {
    consumer
      .apply(this.limits.door('start'))
      .forRoutes(
        'oidc/:org/:idp/login',
        'sso/test/:org/:idp',
        'oidc/initiate',
        'oidc/:org/:idp/initiate',
        'account/identities/link',
      );
    const identify = [
      'login',
      'login/:org/password',
      'login/:org/second-factor',
      'login/:org/forgot',
      'link/opened',
      'link/password',
      'recovery-access',
      'recovery-access/open',
      'recovery-access/confirm',
    ];
    for (const path of identify) {
      consumer.apply(this.limits.door('identify')).forRoutes({ path, method: RequestMethod.POST });
    }
    consumer
      .apply(this.limits.door('answer'))
      .forRoutes(
        'saml/:org/:idp/acs',
        'saml/:org/:idp/slo',
        'oidc/:org/:idp/backchannel-logout',
        'saml/confirm',
        'oidc/callback',
      );
  }
}

import {
  type DynamicModule,
  Inject,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  RequestMethod,
} from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { type Clock, type Logger, type Metrics, PlatformModule } from '@rolecall/platform';
import { urlencoded } from 'express';
import { ACCOUNT } from './account/area.ts';
import { type Area, DOORS, FORM_LIMITS } from './area.ts';
import { foundation, type FoundationOptions } from './foundation.ts';
import { RateLimits } from './limits/rate-limits.ts';
import { LINKS } from './links/area.ts';
import { LOCAL } from './local/area.ts';
import { FORWARD_AUTH } from './forward-auth/area.ts';
import { LOGIN } from './login/area.ts';
import { LOGOUT } from './logout/area.ts';
import { OIDC } from './oidc/area.ts';
import { StaticController } from './pages/static.controller.ts';
import { PROVIDER } from './provider/area.ts';
import { RECOVERY } from './recovery/area.ts';
import { SAML } from './saml/area.ts';
import { CurrentSession } from './sessions/current-session.ts';
import { SessionController } from './sessions/session.controller.ts';
import { SetupController } from './setup/setup.controller.ts';

export interface AppOptions extends FoundationOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock | undefined;
  readonly openDatabase: () => Promise<Database>;
}

/**
 * In the order in which a request is held against their routes: first what every login asks. A route that costs more in Nest than
 * its answer is beside these, in `login/direct-routes.ts`.
 */
const AREAS: readonly Area[] = [
  SAML,
  LOGIN,
  LOCAL,
  LINKS,
  OIDC,
  PROVIDER,
  ACCOUNT,
  { controllers: [SetupController] },
  RECOVERY,
  { controllers: [SessionController], providers: [CurrentSession] },
  LOGOUT,
  FORWARD_AUTH,
  { controllers: [StaticController] },
];

/** Puts the areas of the gateway together: everything that decides is a plain class or function of theirs. */
@Module({})
export class AppModule implements NestModule {
  static forRoot(options: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot(options)],
      controllers: AREAS.flatMap(({ controllers }) => controllers),
      providers: [...foundation(options), ...AREAS.flatMap(({ providers = [] }) => providers)],
    };
  }

  constructor(@Inject(RateLimits) private readonly limits: RateLimits) {}

  /** Doors come first: whoever is turned away sends no body. */
  configure(consumer: MiddlewareConsumer): void {
    for (const { doors } of AREAS) {
      for (const door of DOORS) {
        for (const path of doors?.[door] ?? []) {
          const route = door === 'identify' ? { path, method: RequestMethod.POST } : path;
          consumer.apply(this.limits.door(door)).forRoutes(route);
        }
      }
    }
    for (const { forms } of AREAS) {
      for (const limit of FORM_LIMITS) {
        const form = urlencoded({ extended: false, inflate: false, limit, parameterLimit: 10 });
        for (const path of forms?.[limit] ?? []) consumer.apply(form).forRoutes({ path, method: RequestMethod.POST });
      }
    }
  }
}

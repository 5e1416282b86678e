import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { GuardedFetch, MetadataSource, PlatformModule } from '@rolecall/platform';
import { ApiController, BASE_URL } from './api/api.controller.ts';
import { appliesArea } from './applies/area.ts';
import { OpenIdProviders } from './applies/openid-providers.ts';
import type { AppOptions, Area, AreaOptions } from './area.ts';
import { auditArea } from './audit/area.ts';
import { directoryArea } from './directory/area.ts';
import { domainsArea } from './domains/area.ts';
import { expiryArea } from './expiry/area.ts';
import { flowsArea } from './flows/area.ts';
import { maintenanceArea } from './maintenance/area.ts';
import { organizationsArea } from './organizations/area.ts';
import { tokensArea } from './tokens/area.ts';
import { usersArea } from './users/area.ts';

const AREAS: readonly ((options: AreaOptions) => Area)[] = [
  ({ url }) => ({ controllers: [ApiController], providers: [{ provide: BASE_URL, useValue: url }] }),
  appliesArea,
  organizationsArea,
  usersArea,
  directoryArea,
  domainsArea,
  flowsArea,
  expiryArea,
  auditArea,
  tokensArea,
  maintenanceArea,
];

/** Puts the areas of the API together. */
@Module({})
export class AppModule {
  static forRoot(options: AppOptions): DynamicModule {
    const { outboundAllow, url } = options;
    const guarded = new GuardedFetch({ allowedOrigins: outboundAllow });
    const metadata = new MetadataSource(guarded, outboundAllow, url.startsWith('http:'));
    const openIdProviders = new OpenIdProviders(guarded, outboundAllow);
    const areas = AREAS.map((area) => area({ ...options, guarded, metadata, openIdProviders }));
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot(options)],
      controllers: areas.flatMap(({ controllers = [] }) => controllers),
      providers: areas.flatMap(({ providers = [] }) => providers),
    };
  }
}

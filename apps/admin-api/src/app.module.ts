import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { DATABASE, GuardedFetch, PlatformModule } from '@rolecall/platform';
import type { PlatformOptions } from '@rolecall/platform';
import { ApiController, BASE_URL } from './api/api.controller.ts';
import { AppliesController } from './applies/applies.controller.ts';
import { MetadataSource } from './applies/metadata-source.ts';
import { OpenIdProviders } from './applies/openid-providers.ts';
import { ReconcileOrganizations } from './applies/reconcile-organizations.ts';
import { CollectionsController } from './collections/collections.controller.ts';
import { OrganizationsController } from './organizations/organizations.controller.ts';

export interface AppOptions extends PlatformOptions {
  readonly url: string;
  readonly outboundAllow: readonly string[];
}

@Module({})
export class AppModule {
  static forRoot(options: AppOptions): DynamicModule {
    const { outboundAllow } = options;
    const guarded = new GuardedFetch({ allowedOrigins: outboundAllow });
    const metadata = new MetadataSource(guarded, outboundAllow);
    const providers = new OpenIdProviders(guarded, outboundAllow);
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot(options)],
      controllers: [ApiController, AppliesController, CollectionsController, OrganizationsController],
      providers: [
        { provide: BASE_URL, useValue: options.url },
        {
          provide: ReconcileOrganizations,
          inject: [DATABASE],
          useFactory: (database: Database) => new ReconcileOrganizations(database, metadata, providers),
        },
      ],
    };
  }
}

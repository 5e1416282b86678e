import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { PlatformModule } from '@rolecall/platform';
import type { PlatformOptions } from '@rolecall/platform';
import { BASE_URL, DiscoveryController } from './discovery/discovery.controller.ts';

@Module({})
export class AppModule {
  static forRoot(options: PlatformOptions & { readonly url: string }): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot(options)],
      controllers: [DiscoveryController],
      providers: [{ provide: BASE_URL, useValue: options.url }],
    };
  }
}

import type { Provider, Type } from '@nestjs/common';
import type { GuardedFetch, Mailer, MetadataSource, PlatformOptions } from '@rolecall/platform';
import type { Limits } from '@rolecall/reconcile';
import type { OpenIdProviders } from './applies/openid-providers.ts';
import type { ResolveTxt } from './domains/txt-record.ts';
import type { ExpiryPost } from './expiry/expiry-mail.ts';
import type { Sink } from './streams/sink.ts';

export interface AppOptions extends PlatformOptions {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly scimUrl: string;
  readonly outboundAllow: readonly string[];
  /** Whether this process looks by itself for metadata that is due. */
  readonly refreshesMetadata: boolean;
  readonly resolveTxt: ResolveTxt;
  /** Who is told by mail what ends. */
  readonly post: ExpiryPost | undefined;
  /** undefined = mails of the outbox are sent by others. */
  readonly mailer: Mailer | undefined;
  /** Not everybody who reaches the port can read `/metrics`: it may name organizations. */
  readonly metricsAreOurs: boolean;
  /** Who is sent the audit log. */
  readonly sinks: readonly Sink[];
  /** How far one apply may go. */
  readonly limits: Limits;
  /** How long client addresses stand beside the audit log. */
  readonly addressDays: number;
}

/** What areas are made from: the options, and the one guarded way out with those who use it. */
export interface AreaOptions extends AppOptions {
  readonly guarded: GuardedFetch;
  readonly metadata: MetadataSource;
  readonly openIdProviders: OpenIdProviders;
}

/** What one area of the API brings along: `area.ts` of its folder. `AppModule` puts them together. */
export interface Area {
  readonly controllers?: readonly Type[];
  readonly providers?: readonly Provider[];
}

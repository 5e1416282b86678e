import { pysaml2 } from './pysaml2.ts';
import { simpleSamlPhp } from './simplesamlphp.ts';
import type { Variant } from './variants.ts';

/** An identity provider product that may be installed here. */
export interface Product {
  readonly name: string;
  readonly variants: readonly Variant[];
  /** What it takes, and the Debian package that has it; empty when all is there. */
  missing(): readonly string[];
  /** Starts it at this port of 127.0.0.1, with its files below `directory`; `stop` ends it and all that it started. */
  start(at: ProductOptions): Promise<RunningProduct>;
}

export interface ProductOptions {
  readonly port: number;
  /** Empty, its own; removed by the caller. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

export interface RunningProduct {
  readonly metadataUrl: string;
  /** Where a browser signs out there; absent: single logout is not tried. */
  readonly logoutUrl?: string;
  /** Tells it our metadata, under the name of the variant that decides how it answers this service provider. */
  trust(variant: Variant, serviceProviderMetadata: string): void;
  /** The end of what it logged. */
  log(): string;
  stop(): Promise<void>;
}

export const PRODUCTS: readonly Product[] = [simpleSamlPhp, pysaml2];

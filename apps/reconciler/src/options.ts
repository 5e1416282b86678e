import type { Io } from './io.ts';
import type { ToolFormat } from './output/formats/names.ts';
import { paintFor } from './output/style.ts';
import type { Paint } from './output/style.ts';

/** Flags that every command understands. */
export interface GlobalOptions {
  readonly server?: string;
  readonly token?: string;
  readonly collection?: string;
  /** False with --no-color. */
  readonly color: boolean;
}

/** Flags of the commands that have something to show. */
export interface OutputOptions extends GlobalOptions {
  readonly format: 'human' | 'json';
}

export interface ValidateOptions extends GlobalOptions {
  readonly format: 'human' | 'json' | ToolFormat;
}

/** What the files are planned with. */
export interface PlanningOptions extends GlobalOptions {
  readonly prune?: boolean;
  readonly adopt?: boolean;
  readonly conflicts?: 'git';
  readonly maxDeletes?: string;
  readonly maxAffected?: string;
  readonly allowReplace?: boolean;
}

export interface PlanOptions extends PlanningOptions {
  readonly format: 'human' | 'json' | 'markdown' | ToolFormat;
  readonly org?: string;
  readonly full?: boolean;
  /** Who is affected, by address. */
  readonly names?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

export interface ApplyOptions extends PlanningOptions, OutputOptions {
  readonly autoApprove?: boolean;
  readonly expect?: string;
  /** How long to wait for the lease that somebody else holds. */
  readonly lockTimeout?: string;
  /** What is done whole or not at all. */
  readonly atomic?: 'plan' | 'org';
}

/** Writes a value as the JSON that `--format json` promises. */
export function printJson(io: Io, value: unknown): void {
  io.out(`${JSON.stringify(value, null, 2)}\n`);
}

export function outPaint(io: Io, options: GlobalOptions): Paint {
  return paintFor(io, 'out', options.color);
}

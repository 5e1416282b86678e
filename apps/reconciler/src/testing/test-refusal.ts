import type { ServerDiagnostic } from '../output/positions.ts';

/** A refusal as the wire has it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly diagnostics?: readonly ServerDiagnostic[],
  ) {
    super(message);
  }
}

import type { AttackContext } from './attack-context.ts';
import { encryption } from './encryption.ts';
import { semantics } from './semantics.ts';
import { signature } from './signature.ts';
import { wrapping } from './wrapping.ts';
import { xml } from './xml.ts';

/** Every document that is not the genuine answer with edits, by the name that case.json gives. */
export const builders = { ...wrapping, ...signature, ...xml, ...semantics, ...encryption } satisfies Record<
  string,
  (context: AttackContext) => string | Buffer
>;

/** The name of a builder. */
export type AttackName = keyof typeof builders;

import { CEL_LIMITS, type CelCondition } from './cel.ts';
import type { AccountEntry, CompiledPolicy, Entry } from './compile-policy.ts';
import type { Evidence, Refusal, TraceEntry } from './decision.ts';
import type { Facts } from './facts.ts';
import { Ledger } from './ledger.ts';
import { invalidRoleMap, unknownRole } from './refusals.ts';
import { readRoleMap } from './role-map.ts';
import { found, kept, listing, quote } from './wording.ts';

/** One decision in the making: every entry of a policy against one user's facts, with the trace of each. */
export class Matching {
  readonly ledger = new Ledger();
  readonly trace: TraceEntry[] = [];
  /** A mapping role, a rule that gives grants, or an account attribute matched; a rule of groups alone does not count. */
  matched = false;
  /** The first account attribute that cannot be read; it refuses whatever else matched. */
  refusal: Refusal | undefined;
  readonly #found = new Map<string, string>();
  readonly #extents = new Map<string, { count: number; longest: number }>();
  #work: number = CEL_LIMITS.work;

  constructor(
    readonly facts: Facts,
    readonly now: Date,
  ) {}

  matchEntries(policy: CompiledPolicy): void {
    // per place in `entries`, the first value that matches; without holes, which are looked up in prototypes too
    const values = Array<string | undefined>(policy.entries.length).fill(undefined);
    for (const { attribute, exact, prefixes } of policy.indexes) {
      for (const value of this.facts.get(attribute) ?? []) {
        const keep = (place: number): void => void (values[place] ??= value);
        exact.get(value)?.forEach(keep);
        prefixes.visit(value, keep);
      }
    }
    policy.entries.forEach((entry, place) => this.#matchEntry(entry, values[place]));
  }

  #matchEntry(entry: Entry, value: string | undefined): void {
    const { test } = entry;
    switch (test.kind) {
      case 'value':
        return this.#matchValue(entry, test.attribute, value);
      case 'present': {
        const present = this.facts.has(test.attribute);
        if (!present && test.present) return void this.trace.push(entry.absent);
        const why = `${quote(test.attribute)} is ${present ? 'present' : 'absent'}`;
        if (present === test.present) return this.#match(entry, why, { attribute: test.attribute });
        return this.#pass(entry, why);
      }
      case 'cel': {
        const answer = this.#evaluate(test.condition);
        return answer === true ? this.#match(entry, 'its CEL condition is true', {}) : this.#pass(entry, answer);
      }
    }
  }

  #matchValue(entry: Entry, attribute: string, value: string | undefined): void {
    if (value !== undefined) {
      return this.#match(entry, entry.has + quote(value), { attribute, value: kept(value) });
    }
    if (!this.facts.has(attribute)) this.trace.push(entry.absent);
    else this.#pass(entry, this.#foundIn(attribute));
  }

  #match(entry: Entry, why: string, evidence: Pick<Evidence, 'attribute' | 'value'>): void {
    const { kind, name, gives } = entry;
    this.ledger.add(gives, { kind, name, ...evidence });
    if (kind === 'mappingRole' || gives.grants.length > 0) this.matched = true;
    this.trace.push({ kind, name, matched: true, why });
  }

  #pass({ kind, name, wants }: Entry, why: string): void {
    this.trace.push({ kind, name, matched: false, why: wants + why });
  }

  /** The same sentence serves every entry that looks at the attribute. */
  #foundIn(attribute: string): string {
    let text = this.#found.get(attribute);
    if (text === undefined) this.#found.set(attribute, (text = found(attribute, this.facts.get(attribute))));
    return text;
  }

  /** true, or why not. An absent attribute, an error and work beyond the budget are all "does not match". */
  #evaluate({ needs, work, evaluate }: CelCondition): true | string {
    const missing = needs.find((attribute) => !this.facts.has(attribute));
    if (missing !== undefined) return `${quote(missing)} is absent`;
    const bound = work((attribute) => this.#extentOf(attribute));
    if (bound > this.#work) return 'not evaluated: it would take too much work over facts of this size';
    this.#work -= bound;
    const answer = evaluate(this.facts, this.now);
    if (typeof answer === 'boolean') return answer || 'it is false';
    return `it has no answer: ${answer.error}`;
  }

  #extentOf(attribute: string): { count: number; longest: number } | undefined {
    const measured = this.#extents.get(attribute);
    if (measured !== undefined) return measured;
    const values = this.facts.get(attribute);
    if (values === undefined) return undefined;
    let longest = 0;
    for (const value of values) longest = Math.max(longest, value.length);
    const extent = { count: values.length, longest };
    this.#extents.set(attribute, extent);
    return extent;
  }

  /** An attribute without a value gives nothing, as `{}` does; present, it counts as a match. */
  readAccount({ attribute, scope, absent }: AccountEntry, known: ReadonlySet<string>): void {
    const values = this.facts.get(attribute);
    if (values === undefined) return void this.trace.push(absent);
    const given = new Set<string>();
    for (const value of values) {
      const roles = readRoleMap(value);
      const unknown = roles?.find((role) => !known.has(role));
      if (roles === undefined || unknown !== undefined) {
        return this.#refuseAccount(
          attribute,
          unknown === undefined ? invalidRoleMap(attribute, value) : unknownRole(attribute, unknown, known),
        );
      }
      const source: Evidence = { kind: 'accountAttribute', name: attribute, attribute, value: kept(value) };
      for (const role of roles) {
        if (!given.has(role)) this.ledger.grant(scope, role, source);
        given.add(role);
      }
    }
    this.matched = true;
    const why = `its role map gives ${given.size === 0 ? 'no access' : listing([...given])} on ${quote(scope)}`;
    this.trace.push({ kind: 'accountAttribute', name: attribute, matched: true, why });
  }

  #refuseAccount(attribute: string, refusal: Refusal): void {
    this.refusal ??= refusal;
    this.trace.push({ kind: 'accountAttribute', name: attribute, matched: false, why: refusal.reason });
  }
}

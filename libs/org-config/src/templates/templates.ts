import { insteadOf, quoted, type Finding } from '../check/finding.ts';
import { inheritingFindings, templateFindings } from '../check/template.ts';
import type { PlacedDocument } from '../check/across.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Json } from '../document.ts';
import { emptyMap, mapOf, own, pointerTo } from '../json.ts';
import { layered, type LayeredDocument, type PlacedTemplate } from './layers.ts';
import { mergeSpecs } from './merge.ts';

/** What a document inherits, or why it cannot. */
export type Inherited =
  | { readonly document: LayeredDocument }
  /** What is wrong with the document itself; mistakes of the templates are reported already. */
  | { readonly findings: readonly Finding[] };

/** What a template comes to, with those that it builds on. */
interface Resolved {
  readonly spec: Json;
  /** What wins comes first. */
  readonly layers: readonly PlacedTemplate[];
}

/** More are a mistake, or hostile. */
const MAX_TEMPLATES = 200;

export function isTemplate(value: Json): boolean {
  return own(mapOf(value), 'kind') === 'OrganizationTemplate';
}

/** The templates of a collection. Add all of them, ask `problems`, then let documents inherit. */
export class Templates {
  readonly #templates = new Map<string, PlacedTemplate>();
  /** Names whose template has a mistake of its own. */
  readonly #faulty = new Set<string>();
  readonly #resolved = new Map<string, Resolved>();

  get all(): readonly PlacedTemplate[] {
    return [...this.#templates.values()];
  }

  /** Takes a template in, whose metadata files are inlined. @returns what is wrong with it by itself */
  add(placed: PlacedDocument, file: string): readonly Diagnostic[] {
    const findings = [...templateFindings(placed.value)];
    const pointer = '/metadata/name';
    const name = own(mapOf(own(mapOf(placed.value), 'metadata')), 'name');
    if (typeof name !== 'string') return findings.map(placed.locate);
    const first = this.#templates.get(name);
    if (first) {
      const { file: where, line } = first.positionOf(pointer);
      const message = `the template ${quoted(name)} is declared in ${where}:${line} too`;
      findings.push({ code: 'duplicate_template', message, suggestion: 'remove one of them', pointer, at: 'value' });
    } else if (this.#templates.size === MAX_TEMPLATES) {
      const message = `there are more than ${MAX_TEMPLATES} templates`;
      findings.push({ code: 'too_many_templates', message, suggestion: 'merge some of them', pointer, at: 'value' });
    } else this.#templates.set(name, { ...placed, name, file });
    if (findings.length > 0) this.#faulty.add(name);
    return findings.map(placed.locate);
  }

  /** What is wrong between templates: names that nobody has, and circles. Call it once, when all are there. */
  problems(): readonly Diagnostic[] {
    return [...this.#templates.values()].flatMap((template) => {
      const found = [...this.#unknown(template.value), ...this.#circles(template)];
      if (found.length > 0) this.#faulty.add(template.name);
      return found.map(template.locate);
    });
  }

  /** The document with what its `spec.from` names; `from` itself is gone then. */
  inherit(placed: PlacedDocument): Inherited | undefined {
    const names = namesIn(placed.value);
    if (names === undefined) return undefined;
    const findings = this.#unknown(placed.value);
    if (findings.length > 0) return { findings: [...findings, ...inheritingFindings(placed.value)] };
    const bases = names.map((name) => this.#resolve(name));
    if (!bases.every((base) => base !== undefined)) return { findings: inheritingFindings(placed.value) };
    const { spec, layers } = over(bases, placed.value);
    const value: Json = Object.assign(emptyMap(), mapOf(placed.value), { spec });
    return { document: layered(placed, value, layers) };
  }

  /** undefined where it, or one that it builds on, has a mistake. No circle is left: `problems` found them. */
  #resolve(name: string): Resolved | undefined {
    const known = this.#resolved.get(name);
    const template = this.#faulty.has(name) ? undefined : this.#templates.get(name);
    if (known !== undefined || template === undefined) return known;
    const bases = (namesIn(template.value) ?? []).map((base) => this.#resolve(base));
    if (!bases.every((base) => base !== undefined)) return undefined;
    const { spec, layers } = over(bases, template.value);
    const resolved = { spec, layers: [template, ...layers] };
    this.#resolved.set(name, resolved);
    return resolved;
  }

  #unknown(value: Json): Finding[] {
    const known = [...this.#templates.keys()];
    return (namesIn(value) ?? []).flatMap((name, index): Finding[] => {
      if (this.#templates.has(name)) return [];
      const suggestion =
        known.length === 0
          ? 'add a document of `kind: OrganizationTemplate` with this name, or give its file too'
          : insteadOf(name, known, 'templates');
      const message = `there is no template ${quoted(name)}`;
      return [{ code: 'unknown_template', message, suggestion, pointer: pointerTo('/spec/from', index), at: 'value' }];
    });
  }

  /** Where a template leads back to itself. */
  #circles(template: PlacedTemplate): Finding[] {
    const names = namesIn(template.value) ?? [];
    return names.flatMap((name, index): Finding[] => {
      const way = this.#wayTo(template.name, name);
      if (way === undefined) return [];
      const message = `the template ${quoted(template.name)} builds on itself: ${[template.name, ...way].map(quoted).join(' → ')}`;
      const pointer = pointerTo('/spec/from', index);
      return [{ code: 'template_cycle', message, suggestion: 'remove one of these', pointer, at: 'value' }];
    });
  }

  /** The shortest one, both ends in it. */
  #wayTo(wanted: string, from: string): readonly string[] | undefined {
    const seen = new Map<string, readonly string[]>([[from, [from]]]);
    for (const [name, way] of seen) {
      if (name === wanted) return way;
      const template = this.#templates.get(name);
      for (const next of (template && namesIn(template.value)) ?? []) {
        if (!seen.has(next)) seen.set(next, [...way, next]);
      }
    }
    return undefined;
  }
}

/** Bases one over the other, the last one above those before it, and the document's own `spec` on top. */
function over(bases: readonly Resolved[], value: Json): Resolved {
  const ownSpec = Object.assign(emptyMap(), mapOf(specOf(value)));
  delete ownSpec['from'];
  const spec = [...bases.map((base) => base.spec), ownSpec].reduce(mergeSpecs);
  return { spec, layers: [...new Set(bases.toReversed().flatMap(({ layers }) => layers))] };
}

function specOf(value: Json): Json | undefined {
  return own(mapOf(value), 'spec');
}

/** undefined when there is no `from`, or none that can be one: the schema says what is wrong with it then. */
function namesIn(value: Json): readonly string[] | undefined {
  const from = own(mapOf(specOf(value)), 'from');
  if (!Array.isArray(from) || from.length === 0 || from.length > 16) return undefined;
  const names = from as readonly Json[];
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length ? names : undefined;
}

import { quoted } from '../check/finding.ts';
import type { Diagnostic } from '../diagnostic.ts';

/**
 * Mistakes that stand in a template and show in organizations that inherit it, such as a scope that one of them has not: each is
 * said once, with who has it.
 */
export class SharedMistakes {
  readonly #found = new Map<string, { readonly diagnostic: Diagnostic; readonly names: string[] }>();

  /** @param organization whose document it makes wrong */
  add(diagnostic: Diagnostic, organization: string): void {
    const { code, message, position } = diagnostic;
    const key = `${position.file}:${position.line}:${position.column} ${code} ${message}`;
    const known = this.#found.get(key);
    if (known) known.names.push(organization);
    else this.#found.set(key, { diagnostic, names: [organization] });
  }

  get all(): readonly Diagnostic[] {
    return [...this.#found.values()].map(({ diagnostic, names: [first = '', ...others] }) => {
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      return { ...diagnostic, message: `${diagnostic.message} (inherited by ${quoted(first)}${more})` };
    });
  }
}

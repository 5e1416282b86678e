/** The values of one statement. Whoever writes SQL puts what `add` returns in a value's place, so that no value is ever part of a text. */
export class Parameters {
  readonly values: unknown[] = [];

  /** @param type - of SQL; the place is cast to it, since PostgreSQL cannot always tell */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

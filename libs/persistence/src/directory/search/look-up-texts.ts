import { createHash } from 'node:crypto';
import { ORGANIZATION_SETTING } from '../../entities/policy.ts';
import type { Statement } from '../../sql.ts';

/** One kind of look-up, for one set of values and for several. */
export interface LookUpText extends Statement {
  /** Takes the organization and a JSON array with the values, from the second on, of each. One row: an array of their pages. */
  readonly several: Statement;
}

/** More than there are kinds of look-ups; a bound all the same. */
const MOST = 1_000;

/** Their texts are few, and longer than what they are made of: made and named once. */
export class LookUpTexts {
  readonly #made = new Map<string, LookUpText>();

  /**
   * @param kind what the text differs by, and no value
   * @param search makes it, of a row `page`
   */
  of(kind: string, search: () => string): LookUpText {
    const known = this.#made.get(kind);
    if (known) return known;
    const text = search();
    const made = { ...named('search', byItself(text)), several: named('searches', severalByItself(text)) };
    if (this.#made.size >= MOST) this.#made.clear();
    this.#made.set(kind, made);
    return made;
  }
}

function named(what: string, text: string): Statement {
  return { name: `directory.${what}.${createHash('sha256').update(text).digest('hex').slice(0, 24)}`, text };
}

/**
 * Sets the organization, for this statement alone, before anything of it is read: the search asks for what was set, and being a
 * subquery with parts of its own it is run for each row of `o`, never the other way round. Were it so, row-level security would
 * show nothing.
 */
export function byItself(search: string): string {
  return `select s.page from (${ORGANIZATION}) o cross join lateral (${search} where o.org_id = $1) s`;
}

const ORGANIZATION = `select set_config('${ORGANIZATION_SETTING}', $1::uuid::text, true)::uuid as org_id`;

/** As `byItself`, the same search once for each element of `$2`, where it takes its values from. */
function severalByItself(search: string): string {
  const each = search.replaceAll(/\$(\d+)::(text\[\])?/g, (place: string, number: string, list?: string) => {
    if (number === '1') return place;
    const at = Number(number) - 2;
    return list === undefined ? `(w.v ->> ${at})::` : `array(select jsonb_array_elements_text(w.v -> ${at}))`;
  });
  return `select json_agg(s.page order by w.n) as pages
    from (${ORGANIZATION}) o cross join jsonb_array_elements($2::jsonb) with ordinality w (v, n)
    cross join lateral (${each} where o.org_id = $1) s`;
}

import { escapeXml } from '../xml/escape-xml.ts';

/** Values for `{name}` in a template. Text is escaped for XML; what is XML already is given as `{ xml }`. */
export type TemplateValues = Readonly<Record<string, string | { readonly xml: string }>>;

/**
 * Fills a template: `{name}` by its value, `{now}`, `{now+300}`, `{now-60}` by a time that many seconds away. A name
 * without value is an error, so that a case cannot test something else than it says.
 */
export function fillTemplate(template: string, values: TemplateValues, now: Date): string {
  return template.replace(/\{(\w+)([+-]\d+)?\}/g, (_match, name: string, seconds: string | undefined) => {
    if (name === 'now') return new Date(now.getTime() + Number(seconds ?? 0) * 1000).toISOString();
    const value = values[name];
    if (value === undefined)
      throw new Error(`The template wants {${name}}, known are ${Object.keys(values).join(', ')}.`);
    return typeof value === 'string' ? escapeXml(value) : value.xml;
  });
}

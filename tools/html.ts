/** Markup that is safe to send: made only by the `html` tag, which escapes every value. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes for HTML and XML, in text and in quoted attributes. */
export function escapeMarkup(value: unknown): string {
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Template tag: escapes values, joins lists, keeps nested markup, drops `undefined` and `false`. */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Markup {
  return new Markup(strings.reduce((text, part, index) => text + render(values[index - 1]) + part));
}

function render(value: unknown): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  return escapeMarkup(value);
}

/** A whole page in the plain look that the demo identity provider and the demo application share. */
export function page(options: { title: string; brand: string; accent: string; body: Markup; script?: Markup }): string {
  const { title, brand, accent, body, script } = options;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · ${brand}</title>
        <style>
          ${new Markup(`:root { --accent: ${accent}; }`)}
          ${STYLE}
        </style>
      </head>
      <body>
        <header><span class="mark" aria-hidden="true"></span>${brand}</header>
        <main>${body}</main>
        ${script}
      </body>
    </html> `.text;
}

const STYLE = new Markup(`
*, *::before { box-sizing: border-box; }
:root {
  --page: #f4f5f3; --card: #fff; --text: #1b1f1d; --soft: #5c6660; --line: #dfe3e0; --tint: color-mix(in srgb, var(--accent) 10%, var(--card));
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--text); background: var(--page);
}
@media (prefers-color-scheme: dark) {
  :root { --page: #121514; --card: #1b1f1e; --text: #e9eeeb; --soft: #9faaa4; --line: #303735; --tint: color-mix(in srgb, var(--accent) 22%, var(--card)); }
}
body { margin: 0 auto; padding: clamp(1rem, 5vw, 3rem) 1rem 3rem; max-width: 40rem; }
header { display: flex; gap: .6rem; align-items: center; font-weight: 650; letter-spacing: -.01em; margin-bottom: 1.25rem; }
.mark { width: 1.1rem; height: 1.1rem; border-radius: .3rem; background: var(--accent); }
main { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: clamp(1.1rem, 4vw, 2rem); }
h1 { font-size: 1.4rem; line-height: 1.25; letter-spacing: -.02em; margin: 0 0 .4rem; }
h2 { font-size: .8rem; font-weight: 600; color: var(--soft); margin: 1.6rem 0 .5rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); font-size: .92rem; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, monospace; overflow-wrap: anywhere; }
button, .button { font: inherit; color: inherit; cursor: pointer; text-decoration: none; }
.primary { display: inline-block; background: var(--accent); color: #fff; border: 0; border-radius: .6rem; padding: .6rem 1.1rem; font-weight: 600; }
.quiet { background: none; border: 1px solid var(--line); border-radius: .6rem; padding: .55rem 1rem; }
.person { display: grid; grid-template-columns: auto 1fr; gap: 0 .9rem; align-items: center; width: 100%; text-align: left; background: none; border: 1px solid var(--line); border-radius: .7rem; padding: .7rem .9rem; margin: .5rem 0; }
.person:hover { background: var(--tint); border-color: var(--accent); }
.person .face { grid-row: span 2; display: grid; place-items: center; width: 2.4rem; height: 2.4rem; border-radius: 50%; background: var(--tint); font-weight: 650; }
.person .mail { color: var(--soft); font-weight: 400; overflow-wrap: anywhere; }
@media (max-width: 30rem) { .person .mail { display: block; } }
.person .shows { color: var(--soft); font-size: .88rem; }
:focus-visible { outline: 3px solid var(--text); outline-offset: 2px; }
a:not(.button) { color: inherit; text-decoration-color: var(--accent); text-underline-offset: .2em; }
table { border-collapse: collapse; width: 100%; }
p + table { margin-top: 1.2rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem 0; border-top: 1px solid var(--line); font-weight: 400; }
th { color: var(--soft); font-size: .92rem; width: 36%; padding-right: .6rem; overflow-wrap: break-word; }
.chip { display: inline-block; background: var(--tint); border-radius: .4rem; padding: .05rem .5rem; margin: 0 .3rem .2rem 0; font-size: .92rem; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1.4rem; align-items: center; }
`);

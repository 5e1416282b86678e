import { CookieJar } from 'tough-cookie';

const MAX_STEPS = 20;

/** A page that a browser shows, with the first form on it. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

interface Form {
  readonly action: URL;
  readonly method: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** A browser without a screen: cookies (Lax by site, as browsers take a missing SameSite), redirects and HTML forms. */
export class Browser {
  private readonly jar = new CookieJar(undefined, { allowSpecialUseDomain: true, rejectPublicSuffixes: false });

  get(url: string | URL): Promise<Page> {
    return this.go(new URL(url), undefined, undefined);
  }

  /** Submits the form of a page, with these fields filled in. */
  submit(page: Page, filled: Readonly<Record<string, string>> = {}): Promise<Page> {
    const { action, method, fields } = formOf(page);
    const body = new URLSearchParams([...new Map([...fields, ...Object.entries(filled)])]);
    if (method !== 'post') throw new Error(`a form of ${page.url.href} with method ${method}`);
    return this.go(action, body, page.url);
  }

  private async go(start: URL, form: URLSearchParams | undefined, from: URL | undefined): Promise<Page> {
    let [url, body] = [start, form];
    for (let step = 0; step < MAX_STEPS; step++) {
      const isCrossSite = from !== undefined && from.hostname !== url.hostname;
      const cookie = isCrossSite && body !== undefined ? '' : await this.jar.getCookieString(url.href);
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: {
          cookie,
          accept: 'text/html',
          ...(from ? { origin: from.origin, 'sec-fetch-site': isCrossSite ? 'cross-site' : 'same-origin' } : {}),
        },
        ...(body ? { method: 'POST', body } : {}),
      });
      for (const line of answer.headers.getSetCookie()) await this.jar.setCookie(line, url.href);
      const location = answer.headers.get('location');
      const text = await answer.text();
      if (location === null) return { url, status: answer.status, text };
      [url, body] = [new URL(location, url), undefined];
    }
    throw new Error(`more than ${MAX_STEPS} redirects from ${start.origin}${start.pathname}`);
  }
}

/** True if the page's first form has a field of this name. */
export function asksFor(page: Page, field: string): boolean {
  return /<form\b/i.test(page.text) && formOf(page).fields.has(field);
}

function formOf({ url, text }: Page): Form {
  const form = /<form\b([^>]*)>(.*?)<\/form>/is.exec(text);
  if (!form)
    throw new Error(`no form at ${url.origin}${url.pathname}: ${text.replace(/<[^>]*>|\s+/g, ' ').slice(0, 500)}`);
  const [, attributes = '', content = ''] = form;
  const fields = [...content.matchAll(/<input\b([^>]*)>/gi)]
    .map(([, input = '']) => [attribute(input, 'name'), attribute(input, 'value') ?? ''] as const)
    .filter((field): field is readonly [string, string] => field[0] !== undefined);
  const action = new URL(attribute(attributes, 'action') ?? '', url);
  return { action, method: (attribute(attributes, 'method') ?? 'get').toLowerCase(), fields: new Map(fields) };
}

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(` ${tag}`);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value === undefined ? undefined : unescapeHtml(value);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot));/gi, (_all, decimal, hexadecimal, name) =>
    name === undefined
      ? String.fromCodePoint(Number.parseInt(decimal ?? hexadecimal, decimal === undefined ? 16 : 10))
      : (ENTITIES[String(name).toLowerCase()] ?? ''),
  );
}

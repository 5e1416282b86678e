import { oneLine } from './one-line.ts';

/** Whose mail it is. */
export interface Frame {
  /** As people call it: the organization's display name, or what runs the deployment. */
  readonly name: string;
  /** Where its people sign in; absent in mails to who runs the deployment. */
  readonly signInUrl?: string;
}

/** What a message says, once for both bodies. All texts are plain: markup in them is shown, not followed. */
export type Part =
  | { readonly p: string }
  | { readonly small: string }
  | { readonly button: { readonly label: string; readonly url: string } }
  | { readonly code: string }
  | { readonly list: readonly string[] }
  | { readonly rows: readonly Row[] };

export interface Row {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface Message {
  /** Also the heading. */
  readonly subject: string;
  readonly parts: readonly Part[];
}

/** A message as it is sent. */
export interface Composed {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MAX_SUBJECT = 150;

/** Both bodies of a message in its frame. */
export function inFrame({ subject, parts }: Message, { name, signInUrl }: Frame): Composed {
  const title = oneLine(subject, MAX_SUBJECT);
  const sender = oneLine(name, 80);
  const why = `${sender} sent this because of something that happened at your account.`;
  const foot = signInUrl === undefined ? [] : [why, `Its sign-in page: ${signInUrl}`];
  return { subject: title, text: asText(title, parts, foot), html: asHtml({ title, sender, parts, foot }) };
}

function asText(title: string, parts: readonly Part[], foot: readonly string[]): string {
  const blocks = [title, ...parts.map(textOf), ...(foot.length > 0 ? [`-- \n${foot.join('\n')}`] : [])];
  return `${blocks.join('\n\n')}\n`;
}

function textOf(part: Part): string {
  if ('p' in part) return part.p;
  if ('small' in part) return part.small;
  if ('button' in part) return `${part.button.label}:\n${part.button.url}`;
  if ('code' in part) return `    ${part.code}`;
  if ('list' in part) return part.list.map((item) => `- ${item}`).join('\n');
  return part.rows.map(({ title, lines }) => [title, ...lines.map((line) => `    ${line}`)].join('\n')).join('\n\n');
}

interface Page {
  readonly title: string;
  readonly sender: string;
  readonly parts: readonly Part[];
  readonly foot: readonly string[];
}

/** No image, script or address of anything else: a mail tells nobody that it was read. */
function asHtml({ title, sender, parts, foot }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body class="page" style="margin:0;padding:24px 12px;${FONT}background:#f4f3ee;color:#1b2024">
<div class="card" style="max-width:560px;margin:0 auto;padding:28px 24px;background:#ffffff;border:1px solid #d9d7cd;border-radius:12px">
<p class="soft" style="margin:0 0 18px;font-size:14px;font-weight:600;color:#59626a">${escaped(sender)}</p>
<h1 style="margin:0 0 14px;font-size:21px;line-height:1.3;overflow-wrap:anywhere">${escaped(title)}</h1>
${parts.map(htmlOf).join('\n')}
${foot.length > 0 ? `<p class="soft foot" style="margin:26px 0 0;padding-top:14px;border-top:1px solid #d9d7cd;${SOFT}">${foot.map(escaped).join('<br>')}</p>` : ''}
</div>
</body>
</html>
`;
}

const FONT = 'font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;';
const SOFT = 'font-size:14px;color:#59626a;overflow-wrap:anywhere';

/** What cannot stand in an attribute: the dark look. Programs that drop it show the light one. */
const STYLE = `
@media (prefers-color-scheme: dark) {
.page { background: #111517 !important; color: #e9ecee !important; }
.card { background: #1a2023 !important; border-color: #2f383d !important; }
.soft { color: #a4adb3 !important; border-color: #2f383d !important; }
.code, .url { background: #17332b !important; color: #e9ecee !important; }
.button { background: #63d2ac !important; color: #06231a !important; }
.row { border-color: #2f383d !important; }
}
`;

function htmlOf(part: Part): string {
  if ('p' in part) return `<p style="margin:0 0 14px;overflow-wrap:anywhere">${escaped(part.p)}</p>`;
  if ('small' in part) return `<p class="soft" style="margin:0 0 12px;${SOFT}">${escaped(part.small)}</p>`;
  if ('button' in part) return buttonOf(part.button);
  if ('code' in part) {
    return `<p class="code" style="margin:0 0 16px;padding:12px 16px;background:#e3f1ec;border-radius:8px;font:600 26px/1.3 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.12em;text-align:center;overflow-wrap:anywhere">${escaped(part.code)}</p>`;
  }
  if ('list' in part) {
    const items = part.list.map((item) => `<li style="overflow-wrap:anywhere">${escaped(item)}</li>`);
    return `<ul style="margin:0 0 14px;padding-left:22px">${items.join('')}</ul>`;
  }
  return part.rows.map(rowOf).join('\n');
}

function buttonOf({ label, url }: { readonly label: string; readonly url: string }): string {
  const look =
    'display:inline-block;padding:12px 20px;border-radius:8px;background:#0a6650;color:#ffffff;font-weight:600;text-decoration:none';
  return [
    `<p style="margin:18px 0 14px"><a class="button" href="${escaped(url)}" style="${look}">${escaped(label)}</a></p>`,
    `<p class="url" style="margin:0 0 16px;padding:8px 12px;background:#e3f1ec;border-radius:8px;font-size:13px;overflow-wrap:anywhere">${escaped(url)}</p>`,
  ].join('\n');
}

function rowOf({ title, lines }: Row): string {
  const [first = '', ...more] = lines.map(escaped);
  const rest = more.map((line) => `<br><span class="soft" style="${SOFT}">${line}</span>`).join('');
  return `<p class="row" style="margin:0;padding:10px 0;border-top:1px solid #d9d7cd;overflow-wrap:anywhere"><strong>${escaped(title)}</strong><br>${first}${rest}</p>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and quoted attributes. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

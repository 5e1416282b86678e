/** A message as a person's mail program reads it. Good for what our mailer sends, and for no more. */
export interface ReadMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Names in lower case; a name that comes twice has both values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** Reads RFC 5322 with one multipart/alternative (RFC 2046) of quoted-printable, base64 or plain parts. */
export function readMail(source: string): ReadMail {
  const { headers, body } = split(source);
  const header = (name: string) => decodedWords(headers.get(name)?.[0] ?? '');
  const boundary = /boundary="?([^";]+)"?/.exec(header('content-type'))?.[1];
  const parts = boundary === undefined ? [{ headers, body }] : partsOf(body, boundary);
  const part = (type: string) => {
    const found = parts.find((each) => (each.headers.get('content-type')?.[0] ?? '').startsWith(type));
    return found === undefined ? '' : decodedBody(found);
  };
  return {
    from: header('from'),
    to: header('to'),
    subject: header('subject'),
    text: part('text/plain'),
    html: part('text/html'),
    headers,
  };
}

interface Entity {
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

function split(source: string): Entity {
  const end = source.indexOf('\r\n\r\n');
  const head = source.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ');
  const headers = new Map<string, string[]>();
  for (const line of head.split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(line) ?? [];
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
  }
  return { headers, body: source.slice(end + 4) };
}

function partsOf(body: string, boundary: string): readonly Entity[] {
  return body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.replace(/^\r\n/, '').replace(/\r\n$/, '')));
}

function decodedBody({ headers, body }: Entity): string {
  const encoding = headers.get('content-transfer-encoding')?.[0]?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  return encoding === 'quoted-printable' ? quotedPrintable(body.replaceAll('=\r\n', '')) : body;
}

function quotedPrintable(text: string): string {
  const latin = text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, 'latin1').toString();
}

/** RFC 2047, UTF-8 alone. */
function decodedWords(text: string): string {
  const joined = text.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64').toString() : quotedPrintable(word.replaceAll('_', ' ')),
  );
}

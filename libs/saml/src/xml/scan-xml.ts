import { refuse } from '../errors.ts';
import { qNameOf, type QName } from './namespace-scope.ts';
import { expandReferences } from './references.ts';

/** Told what a document says, in its order. Names are as written; texts and values are read: normalized and expanded. */
export interface XmlEvents {
  openTag(name: QName): void;
  attribute(name: QName, value: string): void;
  openTagEnd(): void;
  /** Never empty. Comments that are skipped part a text in two. */
  text(text: string): void;
  closeTag(): void;
}

/**
 * Reads the subset of XML 1.0 that a SAML message may use: elements, attributes, text, the five predefined entities and
 * character references; an XML declaration of UTF-8; comments if they are to be skipped. All else ends the scan. It
 * checks what XML calls well-formed save what needs the scope of namespaces or a count: that is for the events' taker.
 *
 * Every step moves forward over the text, so the time is in proportion to its length. Safety is argued in
 * docs/decisions/0021; `scan-xml.property.spec.ts` compares it with saxes.
 *
 * @throws SamlError `xml_…` naming what was refused, at the first thing that is
 */
export function scanXml(document: string, events: XmlEvents, comments: 'refuse' | 'skip'): void {
  // lone surrogates and the rest of what XML 2.2 excludes, once for the whole document
  if (!document.isWellFormed() || NO_CHARACTER.test(document)) malformed('a character that XML does not have');
  // XML 2.11: before anything else is read
  const text = document.includes('\r') ? document.replace(/\r\n?/g, '\n') : document;
  new Scanner(text, events, comments).scan();
}

const NO_CHARACTER = /[^\t\n\r\u0020-\uFFFD]/;

/** XML 2.8, after line ends were normalized: versions and encodings are judged apart, for their own codes. */
const XML_DECLARATION =
  /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(["'])([\w.:-]+)\1(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(["'])([A-Za-z][\w.-]*)\3)?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(["'])(?:yes|no)\5)?[ \t\n]*\?>/;

const SPACE_ONLY = /^[ \t\n]*$/;
/** `<` has no place in a value, the others are to be read (XML 3.1, 3.3.3). */
const NOT_PLAIN_IN_VALUE = /[<&\t\n]/;

const TAB = 0x09;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const BANG = 0x21;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;

class Scanner {
  private at = 0;
  /** The elements that are open, and with a root once one was read. */
  private readonly open: string[] = [];
  private hasRoot = false;
  /** Names repeat: each is checked and split once per document. */
  private readonly names = new Map<string, QName>();

  constructor(
    private readonly source: string,
    private readonly events: XmlEvents,
    private readonly comments: 'refuse' | 'skip',
  ) {}

  scan(): void {
    if (/^<\?xml[ \t\n?]/.test(this.source)) this.xmlDeclaration();
    for (let tag = this.find('<'); tag >= 0; tag = this.find('<')) {
      if (tag > this.at) this.characterData(this.source.slice(this.at, tag));
      this.at = tag + 1;
      this.markup();
    }
    this.characterData(this.source.slice(this.at));
    if (this.open.length > 0) malformed(`no end tag of ${this.open.at(-1)}`);
    if (!this.hasRoot) malformed('no element');
  }

  private xmlDeclaration(): void {
    const [declaration, , version, , encoding] = XML_DECLARATION.exec(this.source) ?? malformed('XML declaration');
    if (version !== '1.0') refuse('xml_malformed', { got: `XML ${version}`, want: 'XML 1.0' });
    if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8')
      refuse('xml_encoding', { got: encoding, want: 'UTF-8' });
    this.at = declaration.length;
  }

  /** XML 2.4. Outside the root there is only white space (XML 2.1, 2.8). */
  private characterData(written: string): void {
    if (this.open.length === 0) {
      if (!SPACE_ONLY.test(written)) malformed('text outside of the root');
      return;
    }
    if (written.includes(']]>')) malformed(']]> in text');
    this.events.text(written.includes('&') ? expandReferences(written) : written);
  }

  /** What a `<` begins. */
  private markup(): void {
    switch (this.source.charCodeAt(this.at)) {
      case SLASH:
        return this.endTag();
      case BANG:
        return this.commentOrRefused();
      case QUESTION:
        return refuse('xml_processing_instruction');
      default:
        return this.startTag();
    }
  }

  private commentOrRefused(): void {
    if (this.source.startsWith('!DOCTYPE', this.at)) refuse('xml_doctype');
    if (this.source.startsWith('![CDATA[', this.at)) refuse('xml_cdata');
    if (!this.source.startsWith('!--', this.at)) malformed('<!');
    if (this.comments === 'refuse') refuse('xml_comment');
    this.at += 3;
    const end = this.find('--');
    if (end < 0 || this.source.charCodeAt(end + 2) !== GREATER) malformed('comment'); // XML 2.5
    this.at = end + 3;
  }

  /** XML 3.1. */
  private startTag(): void {
    if (this.open.length === 0 && this.hasRoot) malformed('a second root');
    this.hasRoot = true;
    const name = this.name();
    this.events.openTag(name);
    for (;;) {
      const isParted = this.skipSpace();
      const next = this.source.charCodeAt(this.at);
      if (next === GREATER || next === SLASH) break;
      if (!isParted) malformed(`start tag of ${name.name}`);
      this.attribute();
    }
    this.events.openTagEnd();
    if (this.source.charCodeAt(this.at) === SLASH) {
      this.at++;
      this.events.closeTag();
    } else this.open.push(name.name);
    this.expect(GREATER);
  }

  private endTag(): void {
    const name = this.open.pop() ?? malformed('an end tag outside of the root');
    this.at++;
    if (!this.source.startsWith(name, this.at)) malformed(`no end tag of ${name}`);
    this.at += name.length;
    this.skipSpace();
    this.expect(GREATER);
    this.events.closeTag();
  }

  private attribute(): void {
    const name = this.name();
    this.skipSpace();
    this.expect(EQUALS);
    this.skipSpace();
    const quote = this.source.charCodeAt(this.at);
    if (quote !== QUOTE && quote !== APOSTROPHE) malformed(`no quote after ${name.name}=`);
    this.at++;
    const end = this.find(quote === QUOTE ? '"' : "'");
    if (end < 0) malformed(`no end of ${name.name}`);
    const written = this.source.slice(this.at, end);
    this.at = end + 1;
    this.events.attribute(name, NOT_PLAIN_IN_VALUE.test(written) ? valueOf(written) : written);
  }

  /** A Name, which ends where none of the characters that follow one can be part of it. */
  private name(): QName {
    const { source } = this;
    let end = this.at;
    while (end < source.length && !followsName(source.charCodeAt(end))) end++;
    const name = source.slice(this.at, end);
    this.at = end;
    const before = this.names.get(name);
    if (before !== undefined) return before;
    const qName = qNameOf(name);
    this.names.set(name, qName);
    return qName;
  }

  /** True if there was any (XML 2.3, S). */
  private skipSpace(): boolean {
    const start = this.at;
    while (isSpace(this.source.charCodeAt(this.at))) this.at++;
    return this.at > start;
  }

  private expect(character: number): void {
    if (this.source.charCodeAt(this.at++) !== character) malformed(`no ${String.fromCharCode(character)}`);
  }

  private find(text: string): number {
    return this.source.indexOf(text, this.at);
  }
}

/** Attribute-value normalization (XML 3.3.3): written white space becomes spaces, white space by reference stays. */
function valueOf(written: string): string {
  if (written.includes('<')) malformed('< in a value');
  return expandReferences(written.replace(/[\t\n]/g, ' '));
}

function isSpace(code: number): boolean {
  return code === SPACE || code === NEWLINE || code === TAB;
}

function followsName(code: number): boolean {
  return isSpace(code) || code === EQUALS || code === GREATER || code === SLASH;
}

function malformed(got: string): never {
  return refuse('xml_malformed', { got });
}

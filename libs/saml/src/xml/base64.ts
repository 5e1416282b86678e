import type { XmlElement } from './element.ts';

/** The bytes of strict base64, line breaks allowed; undefined when it says none, or could be written another way. */
export function bytesOfBase64(text: string): Buffer | undefined {
  const base64 = text.replace(/[ \t\r\n]+/g, '');
  const bytes = Buffer.from(base64, 'base64');
  return base64 === '' || bytes.toString('base64') !== base64 ? undefined : bytes;
}

/** As `bytesOfBase64`, of an element that holds nothing else. */
export function base64Of({ children, text }: XmlElement): Buffer | undefined {
  return children.length === 0 ? bytesOfBase64(text) : undefined;
}

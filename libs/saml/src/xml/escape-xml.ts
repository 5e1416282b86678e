/** Escapes text for an element or a double-quoted attribute, control characters as references. */
export function escapeXml(text: string): string {
  const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"\r\n\t]/g, (character) => named[character] ?? `&#${character.charCodeAt(0)};`);
}

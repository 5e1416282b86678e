/**
 * The form in which texts that are not `caseExact` are compared, sorted and kept unique: NFKC, then Unicode case folding (approximated
 * by upper then lower case, which also makes ß and SS, dotless ı and i one). Idempotent. Persistence stores it in its `*_key` columns
 * and puts it into parameters; SQL itself never changes case, so every reader agrees.
 */
export function normalizeKey(text: string): string {
  // plain ASCII, which is nearly everything, needs one pass
  // oxlint-disable-next-line no-control-regex -- the range is ASCII itself
  return /^[\x00-\x7f]*$/.test(text) ? text.toLowerCase() : fold(fold(text));
}

function fold(text: string): string {
  const folded = text.normalize('NFKC').toUpperCase().toLowerCase();
  // toLowerCase writes a sigma at a word's end differently, so a prefix's key would not be a prefix of the key
  return folded.replaceAll('ς', 'σ').normalize('NFKC');
}

/** What a verifier made of a message: what it read, in one text, or the code of its refusal. */
export type Verdict = { readonly accepted: string } | { readonly code: string };

/** A rule by which the strict verifier and node-saml may answer differently. Everything else is a bug of one of them. */
export interface Disagreement {
  readonly rule: string;
  readonly why: string;
  readonly explains: (strict: Verdict, nodeSaml: Verdict) => boolean;
}

/** JSON of one text, with every kind of white space as one blank. */
const inBlanks = (accepted: string) => accepted.replace(/(?:\\[rnt])+| +/g, ' ');

const refusedWith = (verdict: Verdict, ...codes: readonly string[]) =>
  'code' in verdict && codes.includes(verdict.code);

/**
 * Every known difference, named. Only ADD and ENC let the strict verifier accept what node-saml does not, and only by a
 * code that node-saml's engine gives to algorithms and keys that it does not know.
 */
export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    rule: 'ADD',
    why: 'Algorithms that node-saml does not know: SHA-384, RSA-PSS with SHA-384 and SHA-512, ECDSA.',
    explains: (_strict, nodeSaml) =>
      refusedWith(nodeSaml, 'signature_algorithm_not_allowed', 'digest_algorithm_not_allowed', 'idp_key_unusable'),
  },
  {
    rule: 'ENC',
    why: 'Encryption that node-saml does not know: AES-192, RSA-OAEP by its newer name or with SHA-256, EncryptedKeys that are named or stand alone.',
    explains: (_strict, nodeSaml) => refusedWith(nodeSaml, 'encryption_algorithm_not_allowed', 'encrypted_key_missing'),
  },
  {
    rule: 'WS',
    why: 'node-saml writes the assertion out and parses it again, by which a carriage return, and in attributes a tab or line feed too, becomes another white space character. Strict reads what was signed (XML 2.11, 3.3.3).',
    explains: (strict, nodeSaml) =>
      'accepted' in strict && 'accepted' in nodeSaml && inBlanks(strict.accepted) === inBlanks(nodeSaml.accepted),
  },
];

/** The rule that explains two different verdicts; undefined when they are the same, or when none does. */
export function disagreementOf(strict: Verdict, nodeSaml: Verdict): Disagreement | undefined {
  if (JSON.stringify(strict) === JSON.stringify(nodeSaml)) return undefined;
  return DISAGREEMENTS.find(({ explains }) => explains(strict, nodeSaml));
}

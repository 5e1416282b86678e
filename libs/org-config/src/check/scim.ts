import type { Json } from '../document.ts';
import { DIRECTORY_LIMITS, durationSeconds } from '../duration.ts';
import { isMap, mapOf, own, pointerTo, type JsonMap } from '../json.ts';
import { checkDuration } from './bounds.ts';
import { quoted, type Findings } from './finding.ts';

const AT = '/spec/scim';

/** Everything about `spec.scim` that the schema cannot say. */
export function checkScim(document: Json, findings: Findings): void {
  const declared = own(mapOf(own(mapOf(document), 'spec')), 'scim');
  if (!isMap(declared)) return;
  checkDuration(
    own(mapOf(own(declared, 'brake')), 'window'),
    DIRECTORY_LIMITS.brakeWindow,
    `${AT}/brake/window`,
    findings,
  );
  for (const [name, token] of Object.entries(mapOf(own(declared, 'tokens')))) {
    checkToken(mapOf(token), pointerTo(AT, 'tokens', name), findings);
  }
  checkExtension(mapOf(own(declared, 'extension')), findings);
  checkOpen(declared, findings);
}

function checkToken(token: JsonMap, pointer: string, findings: Findings): void {
  const rotateEvery = own(token, 'rotateEvery');
  const overlap = own(token, 'overlap');
  checkDuration(rotateEvery, DIRECTORY_LIMITS.rotateEvery, `${pointer}/rotateEvery`, findings);
  checkDuration(overlap, DIRECTORY_LIMITS.overlap, `${pointer}/overlap`, findings);
  const rotate = secondsOf(rotateEvery);
  const longer = secondsOf(overlap);
  if (rotate === undefined || longer === undefined || longer <= rotate) return;
  findings.add({
    code: 'invalid_value',
    message: `a token cannot overlap with the next for longer than it is good (${quoted(rotateEvery ?? '')})`,
    suggestion: 'shorten `overlap`, or lengthen `rotateEvery`',
    pointer: `${pointer}/overlap`,
    at: 'value',
  });
}

/** An enabled directory without a token is closed to everybody. */
function checkOpen(scim: JsonMap, findings: Findings): void {
  if (own(scim, 'enabled') === false || Object.keys(mapOf(own(scim, 'tokens'))).length > 0) return;
  findings.add({
    severity: 'warning',
    code: 'no_directory_token',
    message: 'no identity provider can reach the directory: it declares no token',
    suggestion: 'add one, such as `tokens: { okta: {} }`, or write `enabled: false`',
    pointer: AT,
  });
}

/** Schemas of SCIM itself (RFC 7643 sections 4 and 10, RFC 7644 section 3) and of Rolecall; URNs have no case in SCIM. */
const NOT_TO_DECLARE = /^urn:ietf:params:scim:(?:schemas:core|schemas:extension:(?:enterprise|rolecall)|api):/i;

/**
 * Names that every user or every fact has already, in lower case: an attribute of the organization's that had one could pass
 * for what SCIM says there, in filters and in rules.
 */
const TAKEN: ReadonlySet<string> = new Set(
  [
    'schemas id externalId meta', // RFC 7643 section 3.1
    'userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active password',
    'emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates', // section 4.1
    'employeeNumber costCenter organization division department manager', // section 4.3
    'email givenName familyName groupIds accounts role_mapping', // facts
    'constructor prototype toString valueOf hasOwnProperty isPrototypeOf toLocaleString propertyIsEnumerable',
  ].flatMap((line) => line.toLowerCase().split(' ')),
);

function checkExtension(extension: JsonMap, findings: Findings): void {
  const urn = own(extension, 'urn');
  const pointer = `${AT}/extension`;
  if (typeof urn === 'string' && NOT_TO_DECLARE.test(urn)) {
    findings.add({
      code: 'reserved_name',
      message: `${quoted(urn)} is a schema that every directory has`,
      suggestion: 'write one of your own, such as `urn:ietf:params:scim:schemas:extension:acme:2.0:User`',
      pointer: `${pointer}/urn`,
      at: 'value',
    });
  }
  const attributes = mapOf(own(extension, 'attributes'));
  const at = `${pointer}/attributes`;
  distinctNames(attributes, at, findings);
  for (const [name, declared] of Object.entries(attributes)) {
    const place = pointerTo(at, name);
    if (TAKEN.has(name.toLowerCase())) taken(name, place, findings);
    checkParts(mapOf(declared), place, findings);
    checkTexts(mapOf(declared), place, findings);
  }
}

function taken(name: string, pointer: string, findings: Findings): void {
  findings.add({
    code: 'reserved_name',
    message: `${quoted(name)} is a name that every user has already`,
    suggestion: 'choose another name, such as one that begins with the name of the organization',
    pointer,
  });
}

/** `subAttributes` stand in a complex attribute, and nowhere else. */
function checkParts(attribute: JsonMap, pointer: string, findings: Findings): void {
  const parts = own(attribute, 'subAttributes');
  const complex = own(attribute, 'type') === 'complex';
  if (complex && parts === undefined) {
    const suggestion = 'add `subAttributes: { name: { type: string } }`';
    findings.add({ code: 'missing_key', message: 'a complex attribute consists of parts', suggestion, pointer });
  }
  if (!complex && parts !== undefined) {
    findings.add({
      code: 'invalid_combination',
      message: 'only a complex attribute has parts',
      suggestion: 'write `type: complex`, or remove `subAttributes`',
      pointer: `${pointer}/subAttributes`,
    });
  }
  distinctNames(mapOf(parts), `${pointer}/subAttributes`, findings);
  for (const [name, part] of Object.entries(mapOf(parts))) {
    checkTexts(mapOf(part), pointerTo(pointer, 'subAttributes', name), findings);
  }
}

/** Which types have a choice of case, and which a list of values. */
const ONLY_OF: readonly (readonly [key: string, types: readonly string[]])[] = [
  ['caseExact', ['string']],
  ['canonicalValues', ['string', 'reference']],
];

function checkTexts(attribute: JsonMap, pointer: string, findings: Findings): void {
  const type = own(attribute, 'type');
  if (typeof type !== 'string') return;
  for (const [key, types] of ONLY_OF) {
    if (own(attribute, key) === undefined || types.includes(type)) continue;
    findings.add({
      code: 'invalid_combination',
      message: `only attributes of type ${types.map(quoted).join(' or ')} have ${quoted(key)}, and this is of type ${quoted(type)}`,
      suggestion: `remove ${quoted(key)}, or write \`type: string\``,
      pointer: `${pointer}/${key}`,
    });
  }
}

/** SCIM tells no upper from lower case in names (RFC 7643 section 2.1). */
function distinctNames(map: JsonMap, pointer: string, findings: Findings): void {
  const seen = new Map<string, string>();
  for (const name of Object.keys(map)) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      findings.add({
        code: 'duplicate_value',
        message: `${quoted(name)} and ${quoted(other)} are the same name for SCIM, which knows no case`,
        suggestion: 'rename one of them',
        pointer: pointerTo(pointer, name),
      });
    }
    seen.set(name.toLowerCase(), name);
  }
}

function secondsOf(declared: Json | undefined): number | undefined {
  return typeof declared === 'string' ? durationSeconds(declared) : undefined;
}

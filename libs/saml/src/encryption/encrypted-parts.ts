import { refuse } from '../errors.ts';
import { base64Of } from '../xml/base64.ts';
import { childrenOf, isElement, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { DATA_CIPHERS, KEY_TRANSPORTS, OAEP_DIGESTS, OAEP_MASKS } from './algorithms.ts';
import type { DataCipher, Oaep } from './algorithms.ts';

/** One private-key operation for each of these and each key of ours; an IdP sends one, or one per recipient. */
const MAX_KEYS = 4;
const TYPE = `${NS.encryption}Element`;
const KEY_TYPE = `${NS.encryption}EncryptedKey`;

/** An EncryptedAssertion taken apart. UNVERIFIED, and nothing of it is opened. */
export interface EncryptedParts {
  readonly cipher: DataCipher;
  readonly ciphertext: Buffer;
  /** The content key, encrypted for us or for somebody else. One at least. */
  readonly keys: readonly EncryptedKey[];
}

export interface EncryptedKey {
  readonly oaep: Oaep;
  readonly ciphertext: Buffer;
  /** Where it stood, for a reader that does not look everywhere. */
  readonly place: 'inside' | 'retrieved' | 'named' | 'beside';
}

/**
 * Takes an EncryptedAssertion apart (Core 2.3.4, XMLEnc 1.1 3): one EncryptedData, algorithms of our lists, the encrypted
 * key inside its KeyInfo or beside it. Nothing is fetched, selected by XPath or looked up outside of the element.
 *
 * @throws SamlError `encryption_malformed`, `encryption_algorithm_not_allowed`, `encrypted_key_missing`
 */
export function encryptedPartsOf(encrypted: XmlElement): EncryptedParts {
  const data = only(encrypted, 'EncryptedData');
  const known = encrypted.children.every((child) => child === data || isElement(child, NS.encryption, 'EncryptedKey'));
  if (!known) refuse('encryption_malformed', { got: encrypted.children.map(({ localName }) => localName).join(' ') });
  const type = data.attributes.get('Type') ?? TYPE;
  if (type !== TYPE) refuse('encryption_malformed', { got: type, want: TYPE });
  return { cipher: cipherOf(data), ciphertext: ciphertextOf(data), keys: keysOf(data, encrypted) };
}

function cipherOf(data: XmlElement): DataCipher {
  const method = only(data, 'EncryptionMethod');
  if (method.children[0] !== undefined) refuse('encryption_malformed', { got: method.children[0].localName });
  return DATA_CIPHERS.get(algorithmOf(method)) ?? refuseAlgorithm(method);
}

/** Only what is in the message: a CipherReference would have us fetch it. */
function ciphertextOf(parent: XmlElement): Buffer {
  const data = only(parent, 'CipherData');
  const value = only(data, 'CipherValue');
  if (data.children.length > 1) refuse('encryption_malformed', { got: 'CipherData' });
  return base64Of(value) ?? refuse('encryption_malformed', { got: 'CipherValue' });
}

function keysOf(data: XmlElement, encrypted: XmlElement): readonly EncryptedKey[] {
  const found = keyElements(data, encrypted);
  if (found.length === 0) refuse('encrypted_key_missing');
  if (found.length > MAX_KEYS)
    refuse('encryption_malformed', { got: `${found.length} EncryptedKey`, want: `at most ${MAX_KEYS}` });
  return found.map(({ element, place }) => ({ oaep: oaepOf(element), ciphertext: ciphertextOf(element), place }));
}

/** In KeyInfo; else the siblings that it points to or names; else, when it says nothing, all siblings (XMLEnc 1.1 3.5). */
function keyElements(data: XmlElement, encrypted: XmlElement) {
  const keyInfos = childrenOf(data, NS.signature, 'KeyInfo');
  const inside = keyInfos.flatMap((keyInfo) => childrenOf(keyInfo, NS.encryption, 'EncryptedKey'));
  if (inside.length > 0) return at('inside', inside);
  const beside = childrenOf(encrypted, NS.encryption, 'EncryptedKey');
  const pointers = keyInfos.flatMap((keyInfo) => childrenOf(keyInfo, NS.signature, 'RetrievalMethod'));
  if (pointers.length > 0)
    return at(
      'retrieved',
      beside.filter((key) => pointers.some((one) => pointsTo(one, key))),
    );
  const names = keyInfos
    .flatMap((keyInfo) => childrenOf(keyInfo, NS.signature, 'KeyName'))
    .map(({ text }) => text.trim());
  const named = beside.filter((key) => names.includes(carriedNameOf(key) ?? ''));
  return named.length > 0 ? at('named', named) : at('beside', beside);
}

function at(place: EncryptedKey['place'], elements: readonly XmlElement[]) {
  return elements.map((element) => ({ element, place }));
}

/** Compared as text: the URI selects nothing by itself, and transforms are not done (E15). */
function pointsTo(pointer: XmlElement, key: XmlElement): boolean {
  const id = key.attributes.get('Id');
  const isPlain = pointer.children.length === 0 && (pointer.attributes.get('Type') ?? KEY_TYPE) === KEY_TYPE;
  return isPlain && id !== undefined && pointer.attributes.get('URI') === `#${id}`;
}

function carriedNameOf(key: XmlElement): string | undefined {
  return childrenOf(key, NS.encryption, 'CarriedKeyName')[0]?.text.trim();
}

/** XMLEnc 1.1 5.5.2. A label (OAEPparams) is in nobody's use. */
function oaepOf(key: XmlElement): Oaep {
  const method = only(key, 'EncryptionMethod');
  const name = KEY_TRANSPORTS.get(algorithmOf(method)) ?? refuseAlgorithm(method);
  let hash: Oaep['hash'] = 'sha1';
  let mgf1: Oaep['mgf1'] = 'sha1';
  for (const parameter of method.children) {
    const uri = algorithmOf(parameter);
    if (isElement(parameter, NS.signature, 'DigestMethod')) hash = OAEP_DIGESTS.get(uri) ?? refuseAlgorithm(parameter);
    else if (isElement(parameter, NS.encryption11, 'MGF') && name === 'parametrized')
      mgf1 = OAEP_MASKS.get(uri) ?? refuseAlgorithm(parameter);
    else refuse('encryption_malformed', { got: parameter.localName });
  }
  return { name, hash, mgf1 };
}

function refuseAlgorithm(method: XmlElement): never {
  return refuse('encryption_algorithm_not_allowed', { got: algorithmOf(method) });
}

function algorithmOf(method: XmlElement): string {
  return method.attributes.get('Algorithm') ?? '';
}

function only(parent: XmlElement, name: string): XmlElement {
  const [one, ...others] = childrenOf(parent, NS.encryption, name);
  return one !== undefined && others.length === 0 ? one : refuse('encryption_malformed', { want: `one ${name}` });
}

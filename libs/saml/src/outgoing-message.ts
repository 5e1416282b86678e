import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

import type { SigningKey } from './connection.ts';
import { refuse } from './errors.ts';
import { RSA_SHA256, signEnveloped } from './request/enveloped-signature.ts';

/** A message of ours on its way through the browser: a redirect, or a form that is posted. */
export type OutgoingMessage =
  | { readonly binding: 'redirect'; readonly url: string }
  | { readonly binding: 'post'; readonly url: string; readonly fields: Readonly<Record<string, string>> };

/** A message of ours that is written, and where it goes. */
export interface Letter {
  readonly parameter: 'SAMLRequest' | 'SAMLResponse';
  /** Its root has this id and a saml:Issuer as its first child. */
  readonly xml: string;
  readonly id: string;
  readonly to: string;
  readonly binding: 'redirect' | 'post';
  /** Opaque, at most 80 bytes. */
  readonly relayState?: string | undefined;
  /** Present = sign with it (RSA-SHA256): the query of a redirect, or the message itself, enveloped. */
  readonly signing?: SigningKey | undefined;
}

/** Bindings 3.4.3, 3.5.3. */
const MAX_RELAY_STATE_BYTES = 80;

/** Puts a message of ours into its binding (Bindings 3.4, 3.5). @throws SamlError `relay_state_too_long` */
export function outgoingMessage(letter: Letter): OutgoingMessage {
  const { parameter, xml, id, to, binding, relayState, signing } = letter;
  if (Buffer.byteLength(relayState ?? '') > MAX_RELAY_STATE_BYTES) refuse('relay_state_too_long');
  if (binding === 'redirect') return { binding, url: redirectUrl(letter) };
  const message = Buffer.from(signing === undefined ? xml : signEnveloped(xml, id, signing)).toString('base64');
  const fields = { [parameter]: message, ...(relayState === undefined ? {} : { RelayState: relayState }) };
  return { binding, url: to, fields };
}

/**
 * Bindings 3.4.4.1: the signature is over the parameters as they are written, in this order. Parameters that the endpoint has
 * of its own stay, save those of the binding.
 */
function redirectUrl({ parameter, xml, to, relayState, signing }: Letter): string {
  const values = [
    [parameter, deflateRawSync(xml).toString('base64')],
    ...(relayState === undefined ? [] : [['RelayState', relayState]]),
    ...(signing === undefined ? [] : [['SigAlg', RSA_SHA256]]),
  ];
  const query = values.map(([name = '', value = '']) => `${name}=${encodeURIComponent(value)}`).join('&');
  const url = new URL(to);
  for (const name of ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature'])
    url.searchParams.delete(name);
  const before = url.search === '' ? '?' : '&';
  return `${url.href}${before}${query}${signing === undefined ? '' : signatureOf(query, signing)}`;
}

function signatureOf(query: string, { privateKey }: SigningKey): string {
  return `&Signature=${encodeURIComponent(sign('sha256', Buffer.from(query), privateKey).toString('base64'))}`;
}

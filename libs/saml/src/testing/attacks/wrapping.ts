import { signXml } from '../sign-xml.ts';
import type { AttackContext } from './attack-context.ts';
import { ATTACKER, EVIL_NAME_ID, GENUINE_NAME_ID, replaceOnce } from './attack-context.ts';

/*
 * Signature wrapping (Somorovsky et al., "On Breaking SAML", USENIX Security 2012): a genuine signed part is moved to
 * where a validator still finds it, and a forged part put where an application reads.
 */

interface Parts {
  /** The genuine document. */
  readonly xml: string;
  readonly assertion: string;
  /** The first signature. */
  readonly signature: string;
}

function genuine({ idp, answer }: AttackContext, sign: 'assertion' | 'response'): Parts {
  const xml = idp.respondXml({ ...answer, sign });
  return {
    xml,
    assertion: cut(xml, /<saml:Assertion[\s\S]*<\/saml:Assertion>/),
    signature: cut(xml, /<ds:Signature[\s\S]*<\/ds:Signature>/),
  };
}

function cut(xml: string, part: RegExp): string {
  const match = part.exec(xml);
  if (match === null) throw new Error(`The document does not hold ${part}`);
  return match[0];
}

const without = (xml: string, part: string) => replaceOnce(xml, part, '');
/** The same part with the attacker's name; its own ID becomes `id`, that of an Assertion in it `_evilAssertion`. */
function evil(xml: string, id = '_evil'): string {
  const [before, ...after] = xml.replace(GENUINE_NAME_ID, EVIL_NAME_ID).split(/(?<= ID=")_(?:response|assertion)(?=")/);
  return [before, id, after.join('_evilAssertion')].join('');
}
const evilAssertion = ({ assertion, signature }: Parts, id?: string) => evil(without(assertion, signature), id);
const into = (xml: string, closing: string, child: string) => replaceOnce(xml, closing, child + closing);
const inSignature = (signature: string, child: string) => into(signature, '</ds:Signature>', child);
const afterIssuer = (assertion: string, child: string) =>
  replaceOnce(assertion, '</saml:Issuer>', `</saml:Issuer>${child}`);
const extensions = (child: string) => `<samlp:Extensions>${child}</samlp:Extensions>`;
const object = (child: string) => `<ds:Object>${child}</ds:Object>`;

/** Of the Response: the forged Response carries the signature, the genuine one hides. */
function responseInSignature(context: AttackContext, evilId: string): string {
  const { xml, signature } = genuine(context, 'response');
  const original = without(xml, signature);
  return replaceOnce(evil(original, evilId), '<samlp:Status>', `${inSignature(signature, original)}<samlp:Status>`);
}

/** Of the Assertion: what stands where the genuine Assertion stood. */
function instead(context: AttackContext, replacement: (parts: Parts) => string): string {
  const parts = genuine(context, 'assertion');
  return replaceOnce(parts.xml, parts.assertion, replacement(parts));
}

/** A forged Assertion with another attribute that holds the signed id. */
function idConfusion(attribute: string) {
  return (context: AttackContext): string =>
    instead(context, (parts) =>
      afterIssuer(
        evilAssertion(parts).replace('<saml:Assertion ', `<saml:Assertion ${attribute}="_assertion" `),
        parts.signature,
      ),
    );
}

export const wrapping = {
  xsw1: (context: AttackContext) => responseInSignature(context, '_evil'),
  xsw1SameId: (context: AttackContext) => responseInSignature(context, '_response'),
  xsw2: (context: AttackContext) => {
    const { xml, signature } = genuine(context, 'response');
    const original = without(xml, signature);
    return replaceOnce(evil(original), '<samlp:Status>', `${original}${signature}<samlp:Status>`);
  },
  xsw3: (context: AttackContext) => instead(context, (parts) => evilAssertion(parts) + parts.assertion),
  xsw3After: (context: AttackContext) => instead(context, (parts) => parts.assertion + evilAssertion(parts)),
  xsw4: (context: AttackContext) =>
    instead(context, (parts) => into(evilAssertion(parts), '</saml:Assertion>', parts.assertion)),
  xsw5: (context: AttackContext) =>
    instead(
      context,
      (parts) => afterIssuer(evilAssertion(parts), parts.signature) + without(parts.assertion, parts.signature),
    ),
  xsw5Extensions: (context: AttackContext) =>
    instead(
      context,
      (parts) =>
        extensions(without(parts.assertion, parts.signature)) + afterIssuer(evilAssertion(parts), parts.signature),
    ),
  xsw6: (context: AttackContext) =>
    instead(context, (parts) =>
      afterIssuer(evilAssertion(parts), inSignature(parts.signature, without(parts.assertion, parts.signature))),
    ),
  xsw7: (context: AttackContext) => instead(context, (parts) => extensions(evilAssertion(parts)) + parts.assertion),
  xsw7SameId: (context: AttackContext) =>
    instead(context, (parts) => extensions(evilAssertion(parts, '_assertion')) + parts.assertion),
  xsw8: (context: AttackContext) =>
    instead(context, (parts) =>
      afterIssuer(
        evilAssertion(parts),
        inSignature(parts.signature, object(without(parts.assertion, parts.signature))),
      ),
    ),
  xsw8SameId: (context: AttackContext) =>
    instead(context, (parts) =>
      afterIssuer(
        evilAssertion(parts, '_assertion'),
        inSignature(parts.signature, object(without(parts.assertion, parts.signature))),
      ),
    ),
  inAdvice: (context: AttackContext) =>
    instead(context, (parts) =>
      replaceOnce(
        evilAssertion(parts),
        '<saml:AuthnStatement',
        `<saml:Advice>${parts.assertion}</saml:Advice><saml:AuthnStatement`,
      ),
    ),
  idConfusionId: idConfusion('Id'),
  idConfusionPrefixed: idConfusion('xmlns:foo="urn:foo" foo:ID'),
  idConfusionXmlId: idConfusion('xml:id'),
  signatureNotDirectChild: (context: AttackContext) =>
    instead(context, (parts) => {
      const original = without(parts.assertion, parts.signature);
      return replaceOnce(
        original,
        '<saml:AuthnStatement',
        `<saml:Advice>${parts.signature}</saml:Advice><saml:AuthnStatement`,
      );
    }),
  foreignNamespace: (context: AttackContext) =>
    instead(context, (parts) => `<x:Assertion xmlns:x="urn:evil">${EVIL_NAME_ID}</x:Assertion>${parts.assertion}`),
  oneLevelDeeper: (context: AttackContext) => instead(context, (parts) => extensions(parts.assertion)),
  bareAssertion: (context: AttackContext) => genuine(context, 'assertion').assertion,
  twoRoots: (context: AttackContext) => {
    const parts = genuine(context, 'assertion');
    return replaceOnce(parts.xml, parts.assertion, evilAssertion(parts)) + parts.xml;
  },
  responseInResponse: (context: AttackContext) => {
    const { xml, signature } = genuine(context, 'response');
    return into(evil(without(xml, signature)), '</samlp:Response>', xml);
  },
  assertionInObject: (context: AttackContext) => {
    const { idp, answer } = context;
    const forged = idp.respondXml({
      ...answer,
      assertionId: '_evil',
      nameId: EVIL_NAME_ID,
      signature: { key: ATTACKER },
    });
    return replaceOnce(forged, '</ds:Signature>', `${object(genuine(context, 'assertion').assertion)}</ds:Signature>`);
  },
  detachedAtResponse: (context: AttackContext) => {
    const parts = genuine(context, 'assertion');
    const moved = replaceOnce(parts.xml, parts.assertion, without(parts.assertion, parts.signature));
    return replaceOnce(moved, '<samlp:Status>', `${parts.signature}<samlp:Status>`);
  },
  twoSignatures: (context: AttackContext) =>
    instead(context, (parts) => {
      const forged = cut(
        signXml(evilAssertion(parts, '_assertion'), { key: ATTACKER }),
        /<ds:Signature[\s\S]*<\/ds:Signature>/,
      );
      return replaceOnce(parts.assertion, parts.signature, forged + parts.signature);
    }),
};

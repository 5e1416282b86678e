import type { Application, IdentityProvider, OrganizationDocument, SecretReference } from './document.ts';
import { pointerTo } from './json.ts';
import { openIdProviderOf } from './openid-provider.ts';

/** The entry of a document that has a client secret: a provider of which we are a client, or a client of ours. */
export interface SecretHolder {
  readonly map: 'identityProviders' | 'applications';
  readonly name: string;
}

/** A client secret that a document refers to. */
export interface DeclaredSecret extends SecretHolder {
  /** JSON pointer of the reference: `/spec/identityProviders/google/clientSecret`. */
  readonly pointer: string;
  readonly reference: SecretReference;
  /** Whom the secret is told to, as what: another one is never told it. Empty for a secret that we are told. */
  readonly audience: string;
}

/** Every client secret that a valid document refers to, in its order. */
export function clientSecrets({ spec }: OrganizationDocument): readonly DeclaredSecret[] {
  return [
    ...secretsIn('identityProviders', spec.identityProviders ?? {}),
    ...secretsIn('applications', spec.applications ?? {}),
  ];
}

function secretsIn(
  map: SecretHolder['map'],
  entries: Readonly<Record<string, IdentityProvider | Application>>,
): readonly DeclaredSecret[] {
  return Object.entries(entries).flatMap(([name, entry]) => {
    const reference = 'clientSecret' in entry ? entry.clientSecret : undefined;
    if (reference === undefined) return [];
    return [{ map, name, pointer: secretPointer({ map, name }), reference, audience: audienceOf(entry) }];
  });
}

function audienceOf(entry: IdentityProvider | Application): string {
  return 'clientId' in entry ? JSON.stringify([openIdProviderOf(entry).issuer, entry.clientId]) : '';
}

/** Where the reference to the client secret of an entry stands. */
export function secretPointer({ map, name }: SecretHolder): string {
  return pointerTo('/spec', map, name, 'clientSecret');
}

/** The document with every sealed value in it replaced, or itself when there is none. */
export function withSealedValues(
  document: OrganizationDocument,
  replace: (age: string) => string,
): OrganizationDocument {
  const sealed = clientSecrets(document).filter(({ reference }) => 'age' in reference);
  if (sealed.length === 0) return document;
  const spec = { ...document.spec };
  for (const { map, name, reference } of sealed) {
    if (!('age' in reference)) continue;
    const clientSecret = { ...reference, age: replace(reference.age) };
    Object.assign(spec, { [map]: { ...spec[map], [name]: { ...spec[map]?.[name], clientSecret } } });
  }
  return { ...document, spec };
}

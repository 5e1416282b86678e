import { checkDocument, documentDigest } from './index.ts';
import type { OrganizationDocument } from './index.ts';

const valid = { apiVersion: 'rolecall/v1', kind: 'Organization', metadata: { name: 'acme' }, spec: {} };

describe('checkDocument', () => {
  it('gives the normalized document', () => {
    const spec = { roles: { creator: { permissions: ['b.write', 'a.read'] } } };
    const { document, digest, diagnostics } = checkDocument({ ...valid, spec }, 'request');
    expect(diagnostics).toEqual([]);
    expect(document?.spec.roles?.['creator']?.permissions).toEqual(['a.read', 'b.write']);
    expect(digest).toBe(documentDigest({ ...valid, spec } as OrganizationDocument));
  });

  it('says what is wrong by pointer, and gives no document', () => {
    const { document, diagnostics } = checkDocument({ ...valid, spec: { displayNam: 'x' } }, 'request');
    expect(document).toBeUndefined();
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        code: 'unknown_key',
        message: '`displayNam` is not a key of `spec`',
        suggestion: 'write `displayName`',
        pointer: '/spec/displayNam',
        position: { file: 'request', line: 1, column: 1 },
      },
    ]);
  });

  it('refuses a metadata file, which would be one of the server', () => {
    const spec = { identityProviders: { okta: { type: 'saml', metadata: { file: 'okta.xml' } } } };
    const { document, diagnostics } = checkDocument({ ...valid, spec }, 'request');
    expect(document).toBeUndefined();
    expect(diagnostics.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['metadata_file_missing', '/spec/identityProviders/okta/metadata/file'],
    ]);
  });

  it('checks metadata with the given check', () => {
    const spec = { identityProviders: { okta: { type: 'saml', metadata: { xml: '<html/>' } } } };
    const checkMetadata = (): { code: string; message: string }[] => [{ code: 'metadata_invalid', message: 'no' }];
    const { diagnostics } = checkDocument({ ...valid, spec }, 'request', { checkMetadata });
    expect(diagnostics.map(({ code }) => code)).toEqual(['metadata_invalid']);
  });

  it('keeps a key that JavaScript has another use for', () => {
    const spec: unknown = JSON.parse('{"scopes":{"a":{}},"authorization":{"accountAttributes":{"__proto__":"a"}}}');
    const { document } = checkDocument({ ...valid, spec }, 'request');
    expect(Object.keys(document?.spec.authorization?.accountAttributes ?? {})).toEqual(['__proto__']);
    expect(JSON.stringify(document)).toContain('"accountAttributes":{"__proto__":"a"}');
  });

  it.each([null, 7, 'text', [], undefined, new Date(Number.NaN), { ...valid, spec: Number.NaN }])(
    'refuses %p',
    (value) => {
      expect(checkDocument(value, 'request').document).toBeUndefined();
    },
  );
});

it('does not look into a document that is larger than one may be, however much metadata a good one inlines', () => {
  const scopes = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`s/${index}`, { displayName: 'x'.repeat(250) }]));
  const named = (spec: object) => ({
    apiVersion: 'rolecall/v1',
    kind: 'Organization',
    metadata: { name: 'acme' },
    spec,
  });
  const { diagnostics } = checkDocument(named({ scopes: scopes(9_000), unknown: 1 }), 'acme.yaml');
  expect(diagnostics.map(({ code }) => code)).toEqual(['document_too_large']);
  const metadata = { xml: 'x'.repeat(1_000_000) };
  const identityProviders = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { type: 'saml', metadata }]));
  expect(checkDocument(named({ scopes: scopes(1_000), identityProviders }), 'acme.yaml').diagnostics).toEqual([]);
});

it('never says a secret that stands where only a reference to it may', () => {
  const provider = { type: 'oidc', issuer: 'https://op.example', clientId: 'c' };
  const secrets = [
    'PLANTED SECRET',
    { fromEnv: 'PLANTED SECRET' },
    { fromFile: '../PLANTED SECRET' },
    ['PLANTED SECRET'],
  ];
  for (const clientSecret of secrets) {
    const identityProviders = { google: { ...provider, clientSecret } };
    const value = {
      apiVersion: 'rolecall/v1',
      kind: 'Organization',
      metadata: { name: 'acme' },
      spec: { identityProviders },
    };
    const { diagnostics } = checkDocument(value, 'request');
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.pointer).toMatch(/^\/spec\/identityProviders\/google\/clientSecret/);
    expect(JSON.stringify(diagnostics)).not.toContain('PLANTED');
  }
});

import { checkDocument } from './index.ts';

const valid = { apiVersion: 'rolecall/v1', kind: 'Organization', metadata: { name: 'acme' }, spec: {} };

describe('checkDocument', () => {
  it('gives the normalized document', () => {
    const spec = { roles: { creator: { permissions: ['b.write', 'a.read'] } } };
    const { document, diagnostics } = checkDocument({ ...valid, spec }, 'request');
    expect(diagnostics).toEqual([]);
    expect(document?.spec.roles?.['creator']?.permissions).toEqual(['a.read', 'b.write']);
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

import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import fc from 'fast-check';
import { diffDocuments, fingerprintOf, reconcile } from './index.ts';
import type { ReconcileRequest } from './index.ts';
import { anyApplications } from './testing/any-application.ts';
import { MemoryStateStore } from './testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const name = fc.constantFrom('a', 'b', 'c', 'x/y', 'm~n', '__proto__', '10', '2');
const role = fc.constantFrom('member', 'sso_admin', 'author');
const grants = fc.dictionary(fc.constantFrom('account/main', 'project/eu'), fc.uniqueArray(role, { minLength: 1 }), {
  maxKeys: 2,
});
const rules = fc.uniqueArray(
  fc.record({
    name,
    when: fc.record({ attribute: fc.constantFrom('team', 'groups'), equals: fc.constantFrom('red', 'blue') }),
    grants,
  }),
  { selector: (rule) => rule.name, maxLength: 4 },
);

function documentNamed(organization: fc.Arbitrary<string>): fc.Arbitrary<OrganizationDocument> {
  const spec = fc.record(
    {
      displayName: fc.string(),
      roles: fc.dictionary(name, fc.record({ permissions: fc.uniqueArray(name) }, { requiredKeys: [] })),
      scopes: fc.constant({ 'account/main': {}, 'project/eu': {} }),
      identityProviders: fc.dictionary(
        fc.constantFrom('okta', 'entra'),
        fc.constant({ type: 'saml' as const, metadata: { url: 'https://idp.example' } }),
      ),
      applications: anyApplications,
      authorization: fc.record(
        {
          managedBy: fc.constantFrom('idp' as const, 'app' as const),
          mappingRoles: fc.dictionary(name, fc.record({ grants })),
          rules,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const kind = 'Organization' as const;
  return fc
    .record({ organization, spec })
    .map((it) => normalize({ apiVersion: API_VERSION, kind, metadata: { name: it.organization }, spec: it.spec }));
}

function bare(spec: OrganizationSpec): OrganizationDocument {
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name: 'acme' }, spec });
}

const collection = fc.uniqueArray(documentNamed(fc.constantFrom('acme', 'globex', 'initech')), {
  selector: (document) => document.metadata.name,
  minLength: 1,
});

function request(documents: readonly OrganizationDocument[], prune = false): ReconcileRequest {
  return {
    collection: 'default',
    organizations: documents.map((document) => ({ document, digest: documentDigest(document), identityProviders: {} })),
    unchangedFiles: [],
    files: [{ path: 'all.yaml', digest: '00', organizations: documents.map((document) => document.metadata.name) }],
    prune,
    allowReplace: true,
    origin: { actor: 'ci' },
  };
}

async function storeWith(documents: readonly OrganizationDocument[]): Promise<MemoryStateStore> {
  const store = new MemoryStateStore();
  await store.transaction('commit', (state) => reconcile(state, request(documents), NOW));
  for (const { metadata } of documents) {
    store.addUser(metadata.name, { identityProvider: 'okta', facts: { team: 'red', role_mapping: 'a' } });
    store.addUser(metadata.name, {
      identityProvider: 'entra',
      facts: { groups: ['blue'] },
      grants: [{ scope: 'account/main', role: 'member' }],
    });
  }
  return store;
}

describe('laws', () => {
  it('an apply does what its plan said, and a second one nothing', async () => {
    await fc.assert(
      fc.asyncProperty(collection, collection, fc.boolean(), async (before, after, prune) => {
        const store = await storeWith(before);
        const wanted = request(after, prune);
        const plan = await store.transaction('rollback', (state) => reconcile(state, wanted, NOW));
        const applied = await store.transaction('commit', (state) =>
          reconcile(state, { ...wanted, expectedFingerprint: plan.fingerprint }, NOW),
        );
        expect(applied).toEqual(plan);
        const again = await store.transaction('rollback', (state) => reconcile(state, wanted, NOW));
        expect(again.changes).toEqual([]);
      }),
    );
  });

  it('a document differs from another exactly when the digests differ', () => {
    const acme = documentNamed(fc.constant('acme'));
    fc.assert(
      fc.property(acme, acme, (before, after) => {
        expect(diffDocuments(before, after).length === 0).toBe(documentDigest(before) === documentDigest(after));
      }),
      { numRuns: 500, examples: [[bare({}), bare({ roles: {} })]] },
    );
  });

  it('the fingerprint does not depend on order, revisions, impact and sources', async () => {
    await fc.assert(
      fc.asyncProperty(collection, collection, fc.gen(), async (before, after, gen) => {
        const store = await storeWith(before);
        const plan = await store.transaction('rollback', (state) => reconcile(state, request(after), NOW));
        const shuffled = gen(() => fc.shuffledSubarray([...plan.changes], { minLength: plan.changes.length }));
        const source = { file: 'x.yaml', line: 1, column: 1 };
        const other = shuffled.map((change) => ({
          ...change,
          baseRevision: change.baseRevision + 1,
          source,
          impact: { ...change.impact, affectedUsers: 99 },
          fields: change.fields.toReversed().map((field) => ({ ...field, source })),
        }));
        expect(fingerprintOf(other)).toBe(plan.fingerprint);
      }),
    );
  });

  it('the fingerprint depends on every field', async () => {
    const store = new MemoryStateStore();
    const prints = new Set<string>();
    for (const displayName of ['one', 'two', 'three']) {
      const document = normalize({
        apiVersion: API_VERSION,
        kind: 'Organization',
        metadata: { name: 'acme' },
        spec: { displayName },
      });
      prints.add(
        (await store.transaction('rollback', (state) => reconcile(state, request([document]), NOW))).fingerprint,
      );
    }
    expect(prints.size).toBe(3);
  });
});

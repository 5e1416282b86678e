import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import fc from 'fast-check';
import { diffDocuments } from '../fields/diff.ts';
import { anyApplications } from '../testing/any-application.ts';
import { compareThreeWay, deviationOf, driftOf } from './three-way.ts';

const key = fc.constantFrom('a', 'b', 'c', 'x/y', '__proto__', '10');
const permissions = fc.uniqueArray(fc.constantFrom('read', 'write', 'bill'));
const role = fc.record({ displayName: fc.constantFrom('One', 'Two'), permissions }, { requiredKeys: [] });
const rules = fc.uniqueArray(
  fc.record({
    name: key,
    when: fc.oneof(
      fc.record({ attribute: fc.constantFrom('team', 'unit'), equals: fc.constantFrom('red', 'blue') }),
      fc.constant({ cel: 'true' }),
    ),
    grants: fc.dictionary(fc.constantFrom('account/main', 'project/eu'), fc.constant(['member']), { maxKeys: 2 }),
  }),
  { selector: ({ name }) => name, maxLength: 4 },
);
const spec = fc.record(
  {
    displayName: fc.constantFrom('Acme', 'Globex'),
    roles: fc.dictionary(key, role),
    applications: anyApplications,
    login: fc.record(
      { session: fc.record({ idle: fc.constantFrom('5m', '1h') }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    authorization: fc.record(
      { managedBy: fc.constantFrom('idp' as const, 'app' as const), rules },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const document = spec.map((it) => documentOf(it));

function documentOf(of: OrganizationSpec): OrganizationDocument {
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name: 'acme' }, spec: of });
}

const NOTHING = { overridden: new Set<string>(), dropUnmanaged: false };
const NOW = new Date('2026-11-01T12:00:00Z');
const RUNS = { numRuns: 300 };

describe('the three-way comparison', () => {
  it('is the two-way one where nobody wrote on the server, and everything comes from git', () => {
    fc.assert(
      fc.property(document, document, (declaredBefore, declared) => {
        const { after, fields, unmanaged } = compareThreeWay(
          { declaredBefore, declared, live: declaredBefore },
          NOTHING,
        );
        expect(documentDigest(after)).toBe(documentDigest(declared));
        const differences = diffDocuments(declaredBefore, declared);
        expect(fields).toEqual(differences.map((difference) => ({ ...difference, origin: 'git' })));
        expect(unmanaged).toEqual([]);
      }),
      RUNS,
    );
  });

  it('done twice changes nothing the second time', () => {
    fc.assert(
      fc.property(document, document, document, (declaredBefore, declared, live) => {
        const { after } = compareThreeWay({ declaredBefore, declared, live }, NOTHING);
        const again = compareThreeWay({ declaredBefore: declared, declared, live: after }, NOTHING);
        expect(again.fields).toEqual([]);
        expect(deviationOf(declared, after, [], NOW)?.driftsAt).toBeUndefined();
      }),
      RUNS,
    );
  });

  it('leaves all that is declared live, and all that nobody ever declared', () => {
    fc.assert(
      fc.property(document, document, (declared, live) => {
        const { after } = compareThreeWay({ declaredBefore: declared, declared, live }, NOTHING);
        expect(driftOf(declared, after)).toEqual([]);
        const roles = Object.entries(live.spec.roles ?? {}).filter(([name]) => !own(declared.spec.roles, name));
        expect(roles.filter(([name, role]) => !isDeepStrictEqual(own(after.spec.roles, name), role))).toEqual([]);
        const names = new Set(declared.spec.authorization?.rules?.map((rule) => rule.name));
        const rules = live.spec.authorization?.rules?.filter((rule) => !names.has(rule.name)) ?? [];
        expect(after.spec.authorization?.rules ?? []).toEqual(expect.arrayContaining(rules));
      }),
      RUNS,
    );
  });

  it('finds no drift in what is beside an empty declaration', () => {
    fc.assert(
      fc.property(document, (live) => {
        expect(driftOf(documentOf({}), live)).toEqual([]);
      }),
      { ...RUNS, examples: [[documentOf({ roles: {}, authorization: { rules: [] }, login: { session: {} } })]] },
    );
  });

  it('changes nothing when what is live is imported and declared', () => {
    fc.assert(
      fc.property(fc.option(document, { nil: undefined }), document, (declaredBefore, live) => {
        expect(compareThreeWay({ declaredBefore, declared: live, live }, NOTHING)).toMatchObject({
          fields: [],
          unmanaged: [],
        });
      }),
      RUNS,
    );
  });

  it('leaves overridden fields as they are live, and takes everything else back', () => {
    fc.assert(
      fc.property(document, document, fc.nat(), (declared, live, mask) => {
        const drift = driftOf(declared, live).map(({ path }) => path);
        const overridden = new Set(drift.filter((_, index) => (mask >> (index % 31)) % 2 === 1));
        const { after, fields } = compareThreeWay(
          { declaredBefore: declared, declared, live },
          { ...NOTHING, overridden },
        );
        expect(fields.map(({ path }) => path).filter((path) => overridden.has(path))).toEqual([]);
        // a condition is one value, and so is an application that becomes one of another kind: it stays as a whole
        const wholeOf = (path: string) => {
          const [, name] = /^\/spec\/applications\/([^/]+)/.exec(path) ?? [];
          const kinds = [declared, live].map(({ spec: { applications = {} } }) => applications[name ?? '']?.type);
          const isOther = !kinds.includes(undefined) && kinds[0] !== kinds[1];
          return isOther ? `/spec/applications/${name}` : path.replace(/\/when\/.*/, '/when');
        };
        const kept = new Set([...overridden].map(wholeOf));
        const left = driftOf(declared, after).map(({ path }) => wholeOf(path));
        expect(left.filter((path) => !kept.has(path))).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('a deviation', () => {
  const declared = documentOf({ displayName: 'Acme', login: { session: { idle: '1h' } } });
  const live = documentOf({ displayName: 'Globex', login: { session: { idle: '5m' } }, roles: { extra: {} } });
  const override = (path: string, day: string) => ({ path, expires: new Date(`2026-11-${day}T00:00:00Z`) });

  it('counts from the first end of an override, and at once where there is none', () => {
    const both = [override('/spec/displayName', '05'), override('/spec/login/session/idle', '03')];
    expect(deviationOf(declared, live, both, NOW)).toEqual({ driftsAt: both[1]?.expires, unmanaged: 1 });
    expect(deviationOf(declared, live, both.slice(1), NOW)).toEqual({ driftsAt: NOW, unmanaged: 1 });
  });

  it('is none where only unowned fields differ', () => {
    const more = documentOf({ ...declared.spec, jit: { enabled: false } });
    expect(deviationOf(declared, more, [], NOW)).toBeUndefined();
  });
});

function own<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

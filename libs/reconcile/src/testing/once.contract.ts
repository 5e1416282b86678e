/// <reference types="jest" />
import { randomUUID } from 'node:crypto';
import { API_VERSION, documentDigest } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { apply } from '../apply.ts';
import type { ApplyTerms } from '../apply.ts';
import { baseOf, SAVED_PLAN_MS } from '../collection/once.ts';
import type { SavedPlan } from '../collection/once.ts';
import type { Plan } from '../plan/plan.ts';
import { reconcile } from '../reconcile.ts';
import type { ReconcileRequest } from '../request.ts';
import type { StateStore } from '../state-store.ts';

/** A store under test. Each test makes a new, empty one. */
export interface OnceHarness {
  readonly store: StateStore;
  readonly savePlan: (plan: SavedPlan) => Promise<void>;
  close(): Promise<void>;
}

const NOW = new Date('2026-11-22T10:00:00Z');
const CI = { actor: 'token-of-ci' };

function requestFor(displayName: string, more: Partial<ReconcileRequest> = {}): ReconcileRequest {
  const metadata = { name: 'acme' };
  const document: OrganizationDocument = {
    apiVersion: API_VERSION,
    kind: 'Organization',
    metadata,
    spec: { displayName },
  };
  const digest = documentDigest(document);
  return {
    collection: 'default',
    organizations: [{ document, digest, identityProviders: {} }],
    unchangedFiles: [],
    files: [{ path: 'acme.yaml', digest, organizations: ['acme'] }],
    prune: false,
    origin: { actor: 'ci' },
    ...more,
  };
}

/** Saved plans are applied once, and a repeated apply gets the result of the first: in memory and on PostgreSQL. */
export function onceContract(name: string, make: () => Promise<OnceHarness>): void {
  describe(`what is done once: ${name}`, () => {
    let harness: OnceHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());

    const planOf = (request: ReconcileRequest) =>
      harness.store.transaction('rollback', (state) => reconcile(state, request, NOW));
    const applied = (request: ReconcileRequest, { fingerprint }: Plan, terms: Partial<ApplyTerms>, now = NOW) =>
      harness.store.transaction('commit', (state) =>
        apply(state, { ...request, expectedFingerprint: fingerprint }, { ...CI, ...terms }, now),
      );
    const save = async (request: ReconcileRequest, more: Partial<SavedPlan> = {}) => {
      const plan = await planOf(request);
      const { collection, fingerprint } = plan;
      const expiresAt = new Date(NOW.getTime() + SAVED_PLAN_MS);
      const saved = { id: randomUUID(), collection, fingerprint, base: baseOf(plan), expiresAt, ...more };
      await harness.savePlan(saved);
      return { plan, planId: saved.id };
    };
    const revision = () =>
      harness.store.transaction(
        'rollback',
        async (state) => (await state.heads('default', ['acme'])).get('acme')?.revision,
      );

    it('a saved plan is applied once', async () => {
      const request = requestFor('Acme');
      const { plan, planId } = await save(request);
      await expect(applied(request, plan, { planId })).resolves.toMatchObject({ applied: [{ revision: 1 }] });
      await expect(applied(request, plan, { planId })).rejects.toMatchObject({
        code: 'plan_used',
        message: expect.stringContaining('was applied at 2026-11-22T10:00:00.000Z'),
      });
    });

    it('also when both come at the same moment', async () => {
      const request = requestFor('Acme');
      const { plan, planId } = await save(request);
      const both = await Promise.allSettled([applied(request, plan, { planId }), applied(request, plan, { planId })]);
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await revision()).toBe(1);
    });

    it('a refused apply does not use it up', async () => {
      const request = requestFor('Acme');
      const { plan, planId } = await save(request);
      await expect(applied(request, plan, { planId, lease: { fencing: 7, secret: '' } })).rejects.toMatchObject({
        code: 'lease_lost',
      });
      await expect(applied(request, plan, { planId })).resolves.toMatchObject({ applied: [{ revision: 1 }] });
    });

    it('a saved plan is no other, of no other collection, and for no longer than seven days', async () => {
      const request = requestFor('Acme');
      const { plan, planId } = await save(request);
      const other = requestFor('Another');
      await expect(applied(other, await planOf(other), { planId })).rejects.toMatchObject({ code: 'stale_plan' });
      const elsewhere = requestFor('Acme', { collection: 'elsewhere' });
      await expect(applied(elsewhere, plan, { planId })).rejects.toMatchObject({ code: 'plan_unknown' });
      const late = new Date(NOW.getTime() + SAVED_PLAN_MS);
      await expect(applied(request, plan, { planId }, late)).rejects.toMatchObject({ code: 'plan_unknown' });
      await expect(applied(request, plan, { planId: randomUUID() })).rejects.toMatchObject({ code: 'plan_unknown' });
      expect(await revision()).toBeUndefined();
    });

    it('a saved plan is stale when its organization was changed and is as before by now', async () => {
      const [first, second] = [requestFor('Acme'), requestFor('Acme Corp')];
      await applied(first, await planOf(first), {});
      const { plan, planId } = await save(second);
      await applied(second, plan, {});
      await applied(first, await planOf(first), {});
      await expect(applied(second, plan, { planId })).rejects.toMatchObject({ code: 'stale_plan' });
      expect(await revision()).toBe(3);
    });

    it('an apply that is sent again gets the result of the first, and is done once', async () => {
      const request = requestFor('Acme');
      const plan = await planOf(request);
      const applyId = randomUUID();
      const first = await applied(request, plan, { applyId });
      expect(first).toMatchObject({ plan: { fingerprint: plan.fingerprint } });
      const again = await applied(request, plan, { applyId, lease: { fencing: 9, secret: '' } });
      expect(again).toEqual({ applied: first.applied, repeated: true });
      expect(await revision()).toBe(1);
    });

    it('also while the first is under way', async () => {
      const request = requestFor('Acme');
      const plan = await planOf(request);
      const applyId = randomUUID();
      const both = await Promise.all([applied(request, plan, { applyId }), applied(request, plan, { applyId })]);
      expect(both.map(({ repeated = false }) => String(repeated)).toSorted()).toEqual(['false', 'true']);
      expect(await revision()).toBe(1);
    });

    it('a refused apply leaves no result under its id', async () => {
      const request = requestFor('Acme');
      const plan = await planOf(request);
      const applyId = randomUUID();
      await expect(applied(request, plan, { applyId, lease: { fencing: 9, secret: '' } })).rejects.toMatchObject({
        code: 'lease_lost',
      });
      await expect(applied(request, plan, { applyId })).resolves.toMatchObject({ plan: {} });
    });

    it.each<[string, Partial<ReconcileRequest>, Partial<ApplyTerms>]>([
      ['another apply', requestFor('Another'), {}],
      ['that of another token', {}, { actor: 'token-of-somebody' }],
      ['that of another collection', { collection: 'elsewhere' }, {}],
    ])('the id of an apply is not that of %s', async (_what, request, terms) => {
      const first = requestFor('Acme');
      const applyId = randomUUID();
      const plan = await planOf(first);
      await applied(first, plan, { applyId });
      const other = { ...first, ...request };
      const fingerprint = request.organizations === undefined ? plan : await planOf(other);
      await expect(applied(other, fingerprint, { applyId, ...terms })).rejects.toMatchObject({
        code: 'apply_id_reused',
      });
    });
  });
}

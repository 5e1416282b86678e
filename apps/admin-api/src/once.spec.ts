import { randomUUID } from 'node:crypto';
import { API_RIGHTS } from '@rolecall/persistence';
import type { Plan } from '@rolecall/reconcile';
import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';
import { everyRow } from './testing/rows.ts';

let api: TestApi;
let now: Date;
beforeEach(async () => {
  now = new Date();
  api = await startTestApi({}, () => now);
});
afterEach(() => api?.close());

const acme = (displayName: string, more: object = {}) => requestOf([organization('acme', { displayName })], more);
const codeOf = ({ status, json }: { status: number; json: Partial<ErrorBody> }) => [status, json.error?.code];
const revision = async () =>
  (await api.client.call<{ revision?: number }>('GET', '/v1/organizations/acme')).json.revision;

describe('a saved plan', () => {
  const saved = async (request: object): Promise<Plan> => (await api.client.plan({ ...request, save: true })).json;
  const apply = (request: object, { fingerprint, saved: plan }: Plan) =>
    api.client.apply({ ...request, planId: plan?.id }, fingerprint);

  it('is applied once', async () => {
    const plan = await saved(acme('Acme'));
    expect(mistakes('Plan', plan)).toEqual([]);
    expect(new Date(plan.saved!.expiresAt).getTime() - now.getTime()).toBe(7 * 24 * 3_600_000);
    expect((await apply(acme('Acme'), plan)).json.applied).toEqual([{ organization: 'acme', revision: 1 }]);
    const before = await everyRow(api.database.ownerUrl);
    expect(codeOf(await apply(acme('Acme'), plan))).toEqual([409, 'plan_used']);
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it('has no name on record but that of its collection', async () => {
    await saved(acme('A secret project'));
    const { saved_plans: rows = [] } = await everyRow(api.database.ownerUrl);
    expect(rows).toHaveLength(1);
    expect(rows.join('')).not.toMatch(/acme|secret/);
  });

  it('is stale when somebody applied in between, although it comes to the same', async () => {
    await api.client.apply(acme('Acme'));
    const plan = await saved(acme('Acme Corp'));
    await api.client.apply(acme('Acme Corp'));
    await api.client.apply(acme('Acme'));
    expect(codeOf(await apply(acme('Acme Corp'), plan))).toEqual([409, 'stale_plan']);
    expect(await revision()).toBe(3);
  });

  it('is forgotten after seven days, and made up by nobody', async () => {
    const plan = await saved(acme('Acme'));
    expect(codeOf(await apply(acme('Acme'), { ...plan, saved: { ...plan.saved!, id: randomUUID() } }))).toEqual([
      409,
      'plan_unknown',
    ]);
    now = new Date(plan.saved!.expiresAt);
    expect(codeOf(await apply(acme('Acme'), plan))).toEqual([409, 'plan_unknown']);
    expect(await revision()).toBeUndefined();
  });
});

describe('an apply that is sent again', () => {
  it('gets the result of the first, and changes nothing', async () => {
    const { fingerprint } = (await api.client.plan(acme('Acme'))).json;
    const request = acme('Acme', { applyId: randomUUID() });
    const first = await api.client.apply(request, fingerprint);
    const before = await everyRow(api.database.ownerUrl);
    const again = await api.client.apply(request, fingerprint);
    expect([again.status, mistakes('Applied', again.json)]).toEqual([200, []]);
    expect(again.json).toEqual({ applied: first.json.applied, repeated: true });
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
    expect(before['apply_results']?.join('')).not.toContain('Acme');
  });

  it('gets it too while the first is under way', async () => {
    const { fingerprint } = (await api.client.plan(acme('Acme'))).json;
    const request = acme('Acme', { applyId: randomUUID() });
    const answers = await Promise.all([1, 2, 3].map(() => api.client.apply(request, fingerprint)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const { json } of answers) expect(json.applied).toEqual([{ organization: 'acme', revision: 1 }]);
    expect(answers.filter(({ json }) => json.repeated)).toHaveLength(2);
    expect(await revision()).toBe(1);
  });

  it('gets nothing of what another token applied', async () => {
    const { fingerprint } = (await api.client.plan(acme('Acme'))).json;
    const request = acme('Acme', { applyId: randomUUID() });
    await api.client.apply(request, fingerprint);
    const other = api.client.with(await api.token(API_RIGHTS));
    const answer = await other.apply(request, fingerprint);
    expect(codeOf(answer)).toEqual([409, 'apply_id_reused']);
    expect(answer.text).not.toContain('acme');
  });

  it('is another one when its fingerprint is another', async () => {
    const applyId = randomUUID();
    const { fingerprint: first } = (await api.client.plan(acme('Acme'))).json;
    await api.client.apply(acme('Acme', { applyId }), first);
    const { fingerprint } = (await api.client.plan(acme('Acme Corp'))).json;
    const answer = await api.client.apply(acme('Acme Corp', { applyId }), fingerprint);
    expect(codeOf(answer)).toEqual([409, 'apply_id_reused']);
  });

  it.each(['', 'not-a-uuid', `${randomUUID()}x`])('has an id that is a UUID, not %j', async (applyId) => {
    const { fingerprint } = (await api.client.plan(acme('Acme'))).json;
    expect(codeOf(await api.client.apply(acme('Acme', { applyId }), fingerprint))).toEqual([400, 'invalid_request']);
  });
});

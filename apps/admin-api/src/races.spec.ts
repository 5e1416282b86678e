import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const domains = (names: readonly string[]) => ({
  emailDomains: Object.fromEntries(names.map((name) => [name, { verification: 'asserted' }])),
});

/** Both are planned before either is applied. */
async function atOnce(left: object, right: object): Promise<{ status: number; code: string | undefined }[]> {
  const fingerprints: string[] = [];
  for (const request of [left, right]) fingerprints.push((await api.client.plan(request)).json.fingerprint);
  const answers = await Promise.all(
    [left, right].map((request, side) => api.client.apply(request, fingerprints[side])),
  );
  return answers.map(({ status, json }) => ({ status, code: json.error?.code }));
}

it.each([1, 2, 3])('two collections that claim the same names at once: one gets them (%i)', async (round) => {
  const both = [organization(`first-${round}`), organization(`second-${round}`)];
  const answers = await atOnce(
    requestOf(both, { collection: `left-${round}` }),
    requestOf(both.toReversed(), { collection: `right-${round}` }),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.find(({ status }) => status !== 200)?.code).toMatch(
    /^(?:name_taken|stale_plan|owned_by_other_collection|database_unavailable)$/,
  );
});

it.each([1, 2, 3])(
  'and the same e-mail domains crosswise: one gets them, or is told to try again (%i)',
  async (round) => {
    const [one, two] = [`one-${round}.example`, `two-${round}.example`];
    const left = requestOf([organization(`a-${round}`, domains([one])), organization(`b-${round}`, domains([two]))], {
      collection: `cross-left-${round}`,
    });
    const right = requestOf([organization(`c-${round}`, domains([two])), organization(`d-${round}`, domains([one]))], {
      collection: `cross-right-${round}`,
    });
    const answers = await atOnce(left, right);
    const refused = answers.find(({ status }) => status !== 200);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(refused?.code).toMatch(/^(?:email_domain_taken|database_unavailable)$/);
  },
);

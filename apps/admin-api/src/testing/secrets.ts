import { secretFingerprint } from '@rolecall/reconcile';
import { requestOf } from './test-api.ts';
import type { TestApi } from './test-api.ts';

/** Secrets by the pointer of their place in the document. */
export type Values = Readonly<Record<string, string>>;

/** Plans and applies one organization as the command line does that has the values of its secrets at hand. */
export class WithSecrets {
  /** Everything that anybody was answered. */
  readonly answers: string[] = [];

  constructor(private readonly api: TestApi) {}

  /** A plan is sent fingerprints, an apply the values. */
  async request(document: object, values: Values, end: 'plan' | 'apply') {
    const { json } = await this.api.client.call<{ fingerprintKey: string }>('GET', '/v1/collections/default');
    const key = Buffer.from(json.fingerprintKey, 'base64');
    const { name: organization } = (document as { metadata: { name: string } }).metadata;
    const entries = Object.entries(values).map(([pointer, value]) => {
      const at = { collection: 'default', organization, pointer };
      return [pointer, end === 'plan' ? { fingerprint: secretFingerprint(key, at, value) } : { value }];
    });
    const request = requestOf([document]) as { organizations: object[] };
    const secrets: unknown = Object.fromEntries(entries);
    return { ...request, organizations: [{ ...request.organizations[0], secrets }] };
  }

  async plan(document: object, values: Values) {
    const answer = await this.api.client.plan(await this.request(document, values, 'plan'));
    this.answers.push(answer.text);
    return answer;
  }

  async apply(document: object, values: Values) {
    const { fingerprint } = (await this.plan(document, values)).json;
    const answer = await this.api.client.apply(await this.request(document, values, 'apply'), fingerprint);
    this.answers.push(answer.text);
    return answer;
  }
}

/// <reference types="jest" />
import { API_VERSION } from '@rolecall/org-config';
import type { PlatformDocument } from '@rolecall/org-config';
import { StoreUnderTest } from './contract/store-under-test.ts';
import type { StateStoreHarness } from './contract/store-under-test.ts';

const spec = { trustedIssuers: {} };
const document: PlatformDocument = { apiVersion: API_VERSION, kind: 'Platform', metadata: { name: 'platform' }, spec };
const version = (digest: string) => ({ collection: 'default', document, digest, origin: { actor: 'ci' } });

/** The document of the deployment in every StateStore. Call it at the top level of a spec file. */
export function platformContract(name: string, make: () => Promise<StateStoreHarness>): void {
  describe(`platform contract: ${name}`, () => {
    const under = new StoreUnderTest(make);
    const { commit, read } = under;
    const live = () => read((state) => state.platform.live());

    it('is not there at first, and then has the last revision', async () => {
      expect(await live()).toBeUndefined();
      await commit((state) => state.platform.save(0, version('a')));
      await commit((state) => state.platform.save(1, version('b')));
      expect(await live()).toMatchObject({ revision: 2, ...version('b') });
    });

    it('refuses a change of what somebody else has changed', async () => {
      await commit((state) => state.platform.save(0, version('a')));
      await expect(commit((state) => state.platform.save(0, version('b')))).rejects.toMatchObject({
        code: 'revision_moved',
        expected: 0,
        actual: 1,
      });
      expect(await live()).toMatchObject({ revision: 1, digest: 'a' });
    });

    it('is the same revision when it stands in another file', async () => {
      const { origin, ...first } = version('a');
      await commit((state) => state.platform.save(0, { ...first, origin: { ...origin, file: 'a.yaml' } }));
      await commit((state) => state.platform.save(1, { ...first, origin: { ...origin, file: 'a.yaml' } }));
      await commit((state) => state.platform.moveTo('b.yaml'));
      expect(await live()).toMatchObject({ revision: 2, ...first, origin: { ...origin, file: 'b.yaml' } });
      await commit((state) => state.platform.save(2, version('b')));
      expect((await live())?.origin).toEqual(origin);
    });

    it('ends the tokens of jobs that it is told, and no others', async () => {
      await commit((state) => state.platform.save(0, version('a')));
      const [first, second] = [await under.harness.addWorkloadToken(), await under.harness.addWorkloadToken()];
      const alive = () => read((state) => state.platform.workloadTokens());
      const tokens = await alive();
      expect(tokens.map(({ id }) => id).sort()).toEqual([first, second].sort());
      const ended = tokens.filter(({ id }) => id === first);
      await read((state) => state.platform.endWorkloadTokens(ended));
      expect(await alive()).toHaveLength(2);
      await commit((state) => state.platform.endWorkloadTokens(ended));
      expect(await alive()).toEqual(tokens.filter(({ id }) => id === second));
    });

    it('leaves nothing of a plan', async () => {
      await read((state) => state.platform.save(0, version('a')));
      expect(await live()).toBeUndefined();
    });
  });
}

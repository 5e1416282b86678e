import { actor, CREATE, decideBy, userBody } from '../testing/directory.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { directoryContradictions, seedOrganization } from '../testing/index.ts';
import type { DirectoryBrake } from '../stores.ts';

const test = useTestDatabase();
const directory = () => test.current.database.directory;
const NO_BRAKE = { brake: undefined };
const DAY = 86_400;

describe('the counter of the brake', () => {
  it('is how many active users went within the window, in whatever order, way and window they are asked for', async () => {
    const { id: org, revision } = await seedOrganization(test.current.database, document('counted', OKTA), {
      metadataXml: METADATA_XML,
    });
    const made = async (name: string) => {
      const created = await directory().createUser(org, userBody(name), CREATE, decideBy(), actor(later(-DAY)));
      if (created.outcome !== 'created') throw new Error(created.outcome);
      return created.user.userId;
    };
    const ways = [
      (id: string, at: Date) => directory().deactivateUser(org, id, revision, NO_BRAKE, actor(at)),
      (id: string, at: Date) => directory().deleteUser(org, id, undefined, NO_BRAKE, actor(at)),
      async (id: string, at: Date) => {
        const was = (await directory().userState(org, id))!;
        return directory().replaceUser(org, was, { ...was.body, active: false }, NO_BRAKE, decideBy(), actor(at));
      },
    ];
    const probe = await made('probe');
    /** Whom the brake holds is told how many went. */
    const counted = async (windowSeconds: number, at = NOW) => {
      const brake: DirectoryBrake = { share: 1, atLeast: 0, windowSeconds };
      const held = await directory().deleteUser(org, probe, undefined, { brake }, actor(at));
      return held.outcome === 'held' ? held.offboarded : held.outcome;
    };

    const gone: number[] = [];
    const goes = async (at: number) => {
      const go = ways[gone.length % ways.length]!;
      const { outcome } = await go(await made(`u${gone.length}`), later(at));
      expect(outcome).toMatch(/replaced|deleted/);
      gone.push(at);
    };
    const WINDOWS = [3600, 60, 10, DAY, 61, 7200, 1, 3601, 59, 2 * DAY];
    const expectCounted = async () => {
      for (const window of WINDOWS) {
        const within = gone.filter((at) => at > -window).length;
        expect([window, await counted(window)]).toEqual([window, within]);
        expect(await connected(test.current.ownerUrl, directoryContradictions)).toEqual([]);
      }
    };
    await expectCounted();
    for (const at of [-7200, -60, -3600, -59, 0, -61, -3599, -10, -DAY, -60, -7199]) await goes(at);
    await expectCounted();
    for (const at of [-3600, 5, -1, -7200]) await goes(at);
    await expectCounted();
    // an hour later the window has moved on
    expect(await counted(3600, later(3600))).toBe(gone.filter((at) => at > 0).length);
    await expectCounted();
  });
});

import type { DirectoryGroup } from '@rolecall/persistence';
import { directorySchemas, presentGroup, presentList, readProjection } from '@rolecall/scim';
import { contentOf, listContent, shownGroup } from './shown.ts';

const { group: resource } = directorySchemas({ mode: 'tolerant' });
const how = (parameters = {}) => ({
  baseUrl: 'https://scim.example.com/scim/v2',
  resource,
  projection: readProjection(parameters, resource),
});

function groupOf(count: number): DirectoryGroup {
  const members = Array.from({ length: count }, (_, at) => ({ userId: `u${at}`, display: `User "${at}"` }));
  const at = new Date(0);
  return {
    groupId: 'g',
    body: { displayName: 'All' },
    meta: { created: at, lastModified: at, version: 1 },
    members,
  };
}

describe.each([0, 1, 999, 1_000, 1_001, 2_000, 5_003])('a group of %i', (count) => {
  it.each([
    {},
    { excludedAttributes: 'displayName,meta' },
    { attributes: 'members.value' },
    { attributes: 'displayName' },
  ])('is the same in parts as in one, with %j', (parameters) => {
    const group = groupOf(count);
    const whole = JSON.parse(JSON.stringify(presentGroup(group, how(parameters)))) as object;
    expect(JSON.parse([...shownGroup(group, how(parameters)).parts()].join(''))).toEqual(whole);
  });
});

it('a list with large groups is the same in parts as in one', () => {
  const groups = [1_500, 0, 3].map(groupOf);
  const page = { total: 7, startIndex: 2 };
  const { parts, body } = listContent({ ...page, resources: groups.map((group) => shownGroup(group, how())) });
  const whole = presentList({ ...page, resources: groups.map((group) => presentGroup(group, how())) });
  expect(body).toBeUndefined();
  expect(JSON.parse([...parts!].join(''))).toEqual(JSON.parse(JSON.stringify(whole)));
});

it('what is small goes in one piece', () => {
  expect(contentOf(shownGroup(groupOf(1_000), how()))).toHaveProperty('body');
  expect(contentOf(shownGroup(groupOf(1_001), how()))).toHaveProperty('parts');
});

import type { OrganizationHead, Plan } from '@rolecall/reconcile';
import type { Principal } from '../access/principal.ts';
import { requirePlanInReach } from './reach-of-request.ts';

const plan = { collection: 'eu', changes: [{ organization: 'eu-new' }], absent: [] } as unknown as Plan;
const held = { name: 'ci', organizations: ['eu-*'] } as unknown as Principal;
const owned = (...names: string[]) => new Map(names.map((name) => [name, {} as OrganizationHead]));

it('lets a plan pass whose collection has what the token is for, and nothing else', () => {
  expect(() => requirePlanInReach(held, plan, owned('eu-old'), { collection: 'deployment' })).not.toThrow();
  expect(() => requirePlanInReach(held, plan, owned(), undefined)).not.toThrow();
});

it('refuses one whose collection got another organization, or the platform document, meanwhile', () => {
  const refused = expect.objectContaining({ code: 'collection_out_of_reach' });
  expect(() => requirePlanInReach(held, plan, owned('us'), undefined)).toThrow(refused);
  expect(() => requirePlanInReach(held, plan, owned(), { collection: 'eu' })).toThrow(refused);
});

it('holds a token of the deployment to nothing', () => {
  const free = { ...held, organizations: undefined };
  expect(() => requirePlanInReach(free, plan, owned('us'), { collection: 'eu' })).not.toThrow();
});

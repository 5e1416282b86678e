/// <reference types="jest" />
import { document, revision } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** Names and e-mail domains, which route to one organization alone. */
export function routeContract(under: StoreUnderTest): void {
  const { commit, create, head } = under;

  it('refuses a name and an e-mail domain that another organization has', async () => {
    const domain = { emailDomains: { 'acme.example': { verification: 'asserted' as const } } };
    await create(document('acme', domain));
    await expect(create(document('acme'))).rejects.toMatchObject({ name: 'ReconcileError', code: 'name_taken' });
    await expect(create(document('globex', domain))).rejects.toMatchObject({
      name: 'ReconcileError',
      code: 'email_domain_taken',
      organization: 'globex',
      pointer: '/spec/emailDomains/acme.example',
    });
  });

  it('lets nobody claim what another organization vouches for, and claims stand in nobody\u2019s way', async () => {
    const domain = (verification: 'asserted' | 'dns') => ({ emailDomains: { 'acme.example': { verification } } });
    await create(document('acme', domain('dns')));
    await create(document('initech', domain('dns')));
    await create(document('globex', domain('asserted')));
    await expect(create(document('umbrella', domain('dns')))).rejects.toMatchObject({ code: 'email_domain_taken' });
  });

  it('frees an e-mail domain for another organization in the same apply', async () => {
    const domain = { emailDomains: { 'acme.example': { verification: 'asserted' as const } } };
    const made = await create(document('acme', domain));
    await commit(async (state) => {
      await state.addRevision(made.id, 1, revision(document('acme')));
      await state.create({ collection: 'default', name: 'globex', revision: revision(document('globex', domain)) });
    });
    expect(await head('globex')).toMatchObject({ revision: 1 });
  });
}

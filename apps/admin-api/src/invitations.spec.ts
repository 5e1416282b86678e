import { createLocalJWKSet, compactVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { readOrganizationToken } from '@rolecall/persistence';
import { mistakes } from './api/validate.ts';
import { untilBackends, WAITING } from './testing/blocked-apply.ts';
import { asOwner } from './testing/rows.ts';
import { directoryUser } from './testing/directory-user.ts';
import { administeredBy, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

let api: TestApi;
let mailless: TestApi;
const SPEC = {
  scopes: { 'account/main': {}, 'account/partner': {} },
  jit: {},
  emailDomains: { 'acme.example': { verification: 'asserted' } },
  guestDomains: ['agency.example', 'partner.example'],
  authorization: { appScopes: ['account/partner'] },
};
const PARTNER = { emailDomains: { 'partner.example': { verification: 'asserted' } } };
beforeAll(async () => {
  const mail = { ROLECALL_SMTP_URL: 'smtp://127.0.0.1:9', ROLECALL_MAIL_FROM: 'sso@rolecall.example' };
  api = await startTestApi({ ROLECALL_GATEWAY_URL: 'https://sso.example.com', ...mail });
  mailless = await startTestApi();
  for (const one of [api, mailless])
    await one.client.apply(requestOf([organization('acme', SPEC), organization('globex', PARTNER)]));
});
afterAll(async () => {
  await api?.close();
  await mailless?.close();
});

interface Invited {
  readonly userId: string;
  readonly link: string | null;
}
const invite = (body: object, of = api, path = '') =>
  of.client.call<Invited & ErrorBody>('POST', `/v1/organizations/acme/users${path}`, body);
const code = ({ status, json }: Awaited<ReturnType<typeof invite>>) => [status, json.error?.code];
const GRANT = { scope: 'account/partner', role: 'member' };

async function linkOf(link: string | null | undefined, of = api) {
  const { organizationId, hash } = readOrganizationToken(link!.split('#')[1]!)!;
  return of.database.database.inOrganization(organizationId, (tx) => tx.links.peek(hash, new Date()));
}

it('creates an invited user with edited roles, and answers the link when asked to', async () => {
  const { status, json } = await invite({
    email: 'Ann@acme.example',
    displayName: 'Ann',
    grants: [GRANT],
    printLink: true,
  });
  expect([status, mistakes('Invited', json)]).toEqual([200, []]);
  expect(json.link).toMatch(/^https:\/\/sso\.example\.com\/link#[\w-]{64}$/);
  expect(await linkOf(json.link)).toMatchObject({
    purpose: 'invitation',
    userId: json.userId,
    addressKey: 'ann@acme.example',
  });
  const user = await api.client.call('GET', `/v1/organizations/acme/users/${json.userId}`);
  expect(user.json).toMatchObject({
    status: 'invited',
    email: 'Ann@acme.example',
    displayName: 'Ann',
    grants: [GRANT],
  });
  expect(code(await invite({ email: 'ann@ACME.example', printLink: true }))).toEqual([409, 'address_taken']);
});

it('sends the link by mail, and another one, which ends the first', async () => {
  const { database } = api.database;
  const mails = async () => {
    // the app tries to send it by itself; an hour later it is due again
    const claimed = await database.mails.claim(new Date(Date.now() + 3_600_000), 10);
    return Promise.all(claimed.map((mail) => database.mails.read(mail)));
  };
  const first = await invite({ email: 'guest@agency.example' });
  expect([first.status, first.json.link]).toEqual([200, null]);
  const [mail] = (await mails()) as { kind: string; to: string; data: { link: string; enforced: boolean } }[];
  expect(mail).toMatchObject({ kind: 'invitation', to: 'guest@agency.example', data: { enforced: false } });
  const again = await invite({ printLink: true }, api, `/${first.json.userId}/invitation`);
  expect(again.status).toBe(200);
  expect([await linkOf(mail?.data.link), (await linkOf(again.json.link))?.userId]).toEqual([
    undefined,
    first.json.userId,
  ]);
});

it('waits for an apply that is under way before it locks whom it invites again: an apply locks users too', async () => {
  const { json } = await invite({ email: 'slow@acme.example', printLink: true });
  const { ownerUrl } = api.database;
  const answer = await asOwner(ownerUrl, async (apply) => {
    // as of an imported user: a link that is made, and not replaced, asks for the organization
    await apply.query('delete from one_time_links where user_id = $1', [json.userId]);
    await apply.query('begin');
    await apply.query(`select from organizations where org_id = (
      select org_id from organization_registry where name = 'acme') for update`);
    const again = invite({ printLink: true }, api, `/${json.userId}/invitation`);
    await untilBackends(ownerUrl, WAITING, 1);
    await apply.query('select from users where user_id = $1 for no key update nowait', [json.userId]);
    await apply.query('commit');
    return again;
  });
  expect([answer.status, (await linkOf(answer.json.link))?.userId]).toEqual([200, json.userId]);
});

it('invites guests of another organization by mail alone', async () => {
  const body = { email: 'ceo@partner.example' };
  const refused = await invite({ ...body, printLink: true });
  expect(code(refused)).toEqual([422, 'email_domain_refused']);
  expect(refused.json.error.message).toContain('its link goes by mail alone');
  const mailed = await invite(body);
  expect([mailed.status, mailed.json.link]).toEqual([200, null]);
  const again = `/${mailed.json.userId}/invitation`;
  expect(code(await invite({ printLink: true }, api, again))).toEqual([422, 'email_domain_refused']);
  expect((await invite({}, api, again)).status).toBe(200);
});

it('sends nothing where no mail server is, and says what to do', async () => {
  expect(code(await invite({ email: 'ann@acme.example' }, mailless))).toEqual([409, 'mail_not_configured']);
  expect((await invite({ email: 'ann@acme.example', printLink: true }, mailless)).status).toBe(200);
});

it('answers no link to a user of the directory, whose roles others decide, as long as the document has one: mail alone goes', async () => {
  const apply = async (spec: object) => {
    const document = organization('pied', { emailDomains: { 'pied.example': { verification: 'asserted' } }, ...spec });
    expect((await api.client.apply(requestOf([document], { collection: 'pied' }))).status).toBe(200);
  };
  await apply({ scim: { tokens: { okta: {} } } });
  const { userId } = await directoryUser(api, 'pied', { email: 'dan@pied.example' });
  const path = `/v1/organizations/pied/users/${userId}/invitation`;
  const again = (body: object) => api.client.call<Invited & ErrorBody>('POST', path, body);
  expect(code(await again({ printLink: true }))).toEqual([409, 'managed_by_scim']);
  expect(await again({})).toMatchObject({ status: 200, json: { link: null } });
  await apply({});
  expect((await again({ printLink: true })).json.link).toContain('/link#');
});

it.each<[string, object, number, string]>([
  ['a stranger', { email: 'eve@evil.example' }, 422, 'email_domain_refused'],
  [
    'a role that a mapping gives',
    { email: 'a@acme.example', grants: [{ scope: 'account/main', role: 'member' }] },
    409,
    'managed_by_idp',
  ],
  ['a role that is none', { email: 'a@acme.example', grants: [{ ...GRANT, role: 'none' }] }, 404, 'unknown_role'],
  ['a group that is none', { email: 'a@acme.example', groups: ['none'] }, 404, 'unknown_group'],
])('invites nobody for %s', async (_what, body, status, expected) => {
  expect(code(await invite({ ...body, printLink: true }))).toEqual([status, expected]);
});

it.each([
  { email: 'a@acme.example', status: 'active' },
  { email: 'a@acme.example', userId: '00000000-0000-4000-8000-000000000000' },
  { email: 'a@acme.example', orgId: 'x' },
  { email: 'a@acme.example', createdAt: '2026-01-01T00:00:00Z' },
  { email: 'a@acme.example', grants: [{ ...GRANT, sources: [] }] },
  { email: 'a@acme.example\r\nBcc: eve@evil.example' },
  { email: 'a@acme.example', displayName: 'a\r\nb' },
  { email: 'a@acme.example', printLink: false },
  {},
])('refuses %j (security.md 24)', async (body) => {
  expect(code(await invite(body))).toEqual([400, 'invalid_request']);
});

it('ends the invitation of who is deactivated, and says so in a receipt that is signed (security.md 59)', async () => {
  const { json } = await invite({ email: 'zoe@acme.example', printLink: true });
  const stopped = await invite({}, api, `/${json.userId}/deactivate`);
  const { receipt } = stopped.json as unknown as { receipt: { id: string; linksEnded: number } };
  expect(receipt.linksEnded).toBe(1);
  expect(await linkOf(json.link)).toBeUndefined();
  expect(code(await invite({ printLink: true }, api, `/${json.userId}/invitation`))).toEqual([409, 'not_invited']);

  const path = '/v1/organizations/acme/receipts';
  const signed = await api.client.call<{ receipt: object; jws: string } & ErrorBody>('GET', `${path}/${receipt.id}`);
  expect([signed.status, mistakes('SignedReceipt', signed.json)]).toEqual([200, []]);
  const keys = (await api.client.with(undefined).call('GET', '/.well-known/jwks.json'))
    .json as unknown as JSONWebKeySet;
  const { payload, protectedHeader } = await compactVerify(signed.json.jws, createLocalJWKSet(keys));
  expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'rolecall-offboarding-receipt+jwt' });
  expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({
    organization: 'acme',
    receipt: signed.json.receipt,
  });
  const list = await api.client.call<{ receipts: object[] }>('GET', `${path}?user=${json.userId}`);
  expect(list.json.receipts).toEqual([signed.json.receipt]);
  const foreign = await api.client.call<ErrorBody>('GET', `/v1/organizations/globex/receipts/${receipt.id}`);
  expect([foreign.status, foreign.json.error.code]).toEqual([404, 'unknown_receipt']);
});

describe('in the organization that administers the deployment', () => {
  const OPENING = ['platform-admin', 'platform-auditor'];
  const users = (body: object, path = '', token?: string) =>
    (token === undefined ? api.client : api.client.with(token)).call<Invited & ErrorBody>(
      'POST',
      `/v1/organizations/host/users${path}`,
      body,
    );
  let editor: string;
  beforeAll(async () => {
    const roles = Object.fromEntries(OPENING.map((role) => [role, {}]));
    const scopes = { 'account/main': {} };
    const host = organization('host', { roles, scopes, jit: {}, authorization: { managedBy: 'app' } });
    await api.client.apply(requestOf([host], { collection: 'host' }));
    await administeredBy(api, 'host', { auditorRole: 'platform-auditor' });
    editor = await api.token(['users.write']);
  });

  it('answers no link to whoever may not change the deployment', async () => {
    const body = { email: 'ceo@host.example', printLink: true };
    expect(code(await users(body, '', editor))).toEqual([403, 'missing_right']);
    const mailed = await users({ email: 'ceo@host.example' }, '', editor);
    expect(mailed.status).toBe(200);
    const again = `/${mailed.json.userId}/invitation`;
    expect(code(await users({ printLink: true }, again, editor))).toEqual([403, 'missing_right']);
    expect((await users({}, again, editor)).status).toBe(200);
    expect((await users({ printLink: true }, again)).json.link).not.toBeNull();
  });

  it.each(OPENING)('leaves who holds %s to whoever may', async (role) => {
    const grants = [{ scope: 'account/main', role }];
    const { json } = await users({ email: `${role}@host.example`, grants, printLink: true });
    const again = `/${json.userId}/invitation`;
    expect(code(await users({}, again, editor))).toEqual([403, 'missing_right']);
    expect((await users({}, again)).status).toBe(200);
  });
});

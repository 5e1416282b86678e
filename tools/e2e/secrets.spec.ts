import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey } from '@rolecall/saml';
import { rolecall, type CommandResult, type System } from '../system/system.ts';
import { startTestSystem } from './test-system.ts';

/*
 * A platform team's secrets, with the real services: one that is rotated by `version`, one that is sealed and sealed anew, and a
 * certificate that has ended and is shown wherever somebody looks.
 */

const ROLECALL = join(import.meta.dirname, '../../apps/reconciler/bin/rolecall.mjs');
const PLANTED = 'PLANTED-CLIENT-SECRET';
const DAY_MS = 86_400_000;

let system: System;
let directory: string;

beforeAll(async () => {
  system = await startTestSystem();
  directory = mkdtempSync(join(tmpdir(), 'rolecall-secrets-'));
  write('rolecall.yaml', 'collection: secrets\n');
});
afterAll(async () => {
  await system?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
const run = async (command: string, env: Readonly<Record<string, string>> = {}): Promise<CommandResult> => {
  const own = { ROLECALL_SERVER: system.urls.admin, ROLECALL_TOKEN: system.token, ...env };
  const result = await rolecall(command.split(' '), directory, own);
  expect(result.stdout + result.stderr).not.toContain(PLANTED);
  return result;
};
const APPLY = 'apply --auto-approve';
const PLAN = 'plan --detailed-exitcode';

/** An OpenID provider that is there to be discovered. */
const organization = (clientSecret: string) => `apiVersion: rolecall/v1
kind: Organization
metadata: { name: vandelay }
spec:
  identityProviders:
    corp:
      type: oidc
      issuer: ${system.urls.idp}/oidc
      clientId: rolecall
${clientSecret.replaceAll(/^(?=.)/gm, '      ')}`;
const seal = (value: string) => {
  const args = [ROLECALL, 'secrets', 'encrypt', 'vandelay', 'identityProviders.corp.clientSecret'];
  return spawnSync(process.execPath, args, { cwd: directory, input: `${value}\n`, encoding: 'utf8' }).stdout;
};

it('rotates a secret by its version, and then by sealing another one', async () => {
  write('vandelay.yaml', organization('clientSecret: { fromEnv: VANDELAY_SECRET, version: 1 }\n'));
  expect((await run(PLAN)).code).toBe(3);
  expect(await run(APPLY, { VANDELAY_SECRET: PLANTED })).toMatchObject({ code: 0 });
  expect((await run(PLAN)).code).toBe(0);

  write('vandelay.yaml', organization('clientSecret: { fromEnv: VANDELAY_SECRET, version: 2 }\n'));
  const asked = await run(PLAN);
  expect([asked.code, asked.stderr]).toEqual([3, expect.stringContaining('secret_unavailable')]);
  const rotated = await run(APPLY, { VANDELAY_SECRET: `${PLANTED}-2` });
  expect([rotated.code, rotated.stdout]).toEqual([0, expect.stringContaining('clientSecret: (secret) changed')]);

  const { stdout: recipient } = await run('secrets keygen --out key.txt');
  const key = { ROLECALL_AGE_IDENTITY_FILE: 'key.txt' };
  write('rolecall.yaml', `collection: secrets\nage: { recipients: [${recipient.trim()}] }\n`);
  for (const value of [`${PLANTED}-2`, `${PLANTED}-3`]) {
    const clientSecret = seal(value);
    expect(clientSecret).not.toContain(PLANTED);
    write('vandelay.yaml', organization(clientSecret));
    expect((await run('secrets check', key)).stdout).toContain('1 of 1 sealed secrets open');
    const planned = await run(PLAN);
    expect([planned.code, planned.stdout]).toEqual([2, expect.stringContaining('clientSecret: (secret) changed')]);
    expect((await run(APPLY)).code).toBe(3);
    expect((await run(APPLY, key)).code).toBe(0);
    expect((await run(PLAN)).code).toBe(0);
  }
});

it('shows a certificate that has ended wherever somebody looks', async () => {
  const tenYearsAndADayAgo = new Date();
  tenYearsAndADayAgo.setUTCFullYear(tenYearsAndADayAgo.getUTCFullYear() - 10);
  const now = new Date(tenYearsAndADayAgo.getTime() - 2 * DAY_MS);
  const { certificate } = await createSigningKey({ commonName: 'hooli', now });
  const metadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.hooli.example">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>
${certificate.replaceAll(/-----[^-]+-----|\s/g, '')}
    </X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.hooli.example/sso"/>
  </IDPSSODescriptor>
</EntityDescriptor>
`;
  write('hooli.xml', metadata);
  write(
    'hooli.yaml',
    `apiVersion: rolecall/v1
kind: Organization
metadata: { name: hooli-secrets }
spec:
  identityProviders:
    okta: { type: saml, metadata: { file: hooli.xml } }
`,
  );
  expect((await run('validate')).stdout).toContain('certificate_expired');
  expect(await run(APPLY)).toMatchObject({ code: 0 });
  const shown = await run('expiry hooli-secrets --within 30d');
  expect(shown.stdout).toMatch(/idp-certificate +okta/);
  expect((await run('plan')).stderr).toContain(
    'hooli-secrets: the signing certificate of the identity provider (okta) ended',
  );
  const metrics = await (await fetch(`${system.urls.admin}/metrics`)).text();
  expect(metrics).toMatch(/rolecall_days_left\{org="hooli-secrets",kind="idp-certificate",name="okta",[^}]*\} -\d/);
});

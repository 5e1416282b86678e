import { checkDocument, checkPlatform } from '@rolecall/org-config';
import { secretFingerprint } from '@rolecall/reconcile';
import type { DesiredPlatform, ReconcileRequest } from '@rolecall/reconcile';
import { memoryFingerprintKey } from '@rolecall/reconcile/testing';
import type { ApplyRequest, PlanRequest } from '../server/client.ts';
import { Refusal } from './test-refusal.ts';

/** What the server makes of the request of a plan or an apply. @throws Refusal when a document is wrong */
export function wantedBy(request: PlanRequest | ApplyRequest): ReconcileRequest {
  const { partial, within, elsewhere } = request;
  if (partial !== undefined && (within ?? elsewhere) !== undefined)
    throw new Refusal(400, 'invalid_request', 'whole or part');
  const organizations = request.organizations.map(({ document, file, lines, secrets: sent = {} }) => {
    const checked = checkDocument(document, file ?? '');
    if (checked.document === undefined) throw new Refusal(422, 'invalid', 'invalid', checked.diagnostics);
    return {
      document: checked.document,
      digest: checked.digest,
      file,
      lines,
      ...secretsOf(sent, request.collection, document.metadata.name),
    };
  });
  const platform = request.platform && platformOf(request.platform);
  return { ...request, organizations, platform, origin: { actor: 'ci', ...request.origin } };
}

function platformOf({ document, file }: NonNullable<PlanRequest['platform']>): DesiredPlatform {
  const checked = checkPlatform(document, file);
  if (checked.document === undefined) throw new Refusal(422, 'invalid', 'invalid', checked.diagnostics);
  return { document: checked.document, digest: checked.digest, file };
}

/** What the server makes of the secrets of a plan (fingerprints) or an apply (values). */
function secretsOf(
  sent: Readonly<Record<string, { readonly fingerprint: string } | { readonly value: string }>>,
  collection: string,
  organization: string,
) {
  const secrets: Record<string, string> = {};
  const identityProviders: Record<string, { clientSecret: string }> = {};
  const applicationSecrets: Record<string, string> = {};
  for (const [pointer, secret] of Object.entries(sent)) {
    const at = { collection, organization, pointer };
    const [, , map, name = ''] = pointer.split('/');
    if ('value' in secret && map === 'applications') applicationSecrets[name] = secret.value;
    else if ('value' in secret) identityProviders[name] = { clientSecret: secret.value };
    secrets[pointer] =
      'value' in secret ? secretFingerprint(memoryFingerprintKey(collection), at, secret.value) : secret.fingerprint;
  }
  return { secrets, identityProviders, applicationSecrets };
}

/** As a token that may not have what the request asks for. */
export function forbidden(code: string, { organizations }: PlanRequest): Refusal {
  const details = organizations.map(({ document, file = '' }) => ({
    severity: 'error' as const,
    code,
    message: `"${document.metadata.name}" is none of the organizations that this token is for`,
    position: { file, line: 1, column: 1 },
    pointer: '/metadata/name',
    organization: document.metadata.name,
  }));
  const message = 'the token "ci" is for other organizations, nothing was changed';
  return new Refusal(403, code, message, code === 'organization_out_of_reach' ? details : []);
}

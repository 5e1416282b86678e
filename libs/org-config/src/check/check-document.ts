import { checkCel } from '@rolecall/role-mapping';
import type { Json } from '../document.ts';
import { listOf, mapOf, own, pointerTo } from '../json.ts';
import { organizationSchema } from '../schema/organization-schema.ts';
import { checkAppScopes } from './app-scopes.ts';
import { checkApplications } from './applications.ts';
import { checkEmailDomains, checkGuestDomains } from './email-domains.ts';
import { Findings, insteadOf, quoted, type Finding } from './finding.ts';
import { checkAddresses, checkEnforceSso, checkSession, checkTwoPersonRule } from './login.ts';
import { metadataOf } from './metadata.ts';
import { checkServiceProviderKeys } from './service-provider-keys.ts';
import { checkMetadataSources } from './metadata-source.ts';
import { checkConsumerAccounts, checkOpenIdProviders } from './openid-providers.ts';
import { checkPreviousNames, checkReferences, checkScopeParents } from './references.ts';
import { checkAliases, checkGiving, checkTestProviders, checkUniqueNames } from './rules.ts';
import { checkScim } from './scim.ts';
import { checkStructure } from './structure.ts';

/**
 * Checks a metadata document of an IdP, of the entity that the configuration names if it does; the codes and sentences of
 * what is wrong with it. libs/saml has one.
 */
export type CheckMetadata = (
  xml: string,
  entityId?: string,
) => readonly {
  readonly code: string;
  readonly message: string;
  /** Default error. */
  readonly severity?: 'warning';
}[];

/** What a document can declare. */
const KINDS = ['Organization', 'OrganizationTemplate', 'Platform'] as const;

type Check = (document: Json, findings: Findings) => void;

/** Everything that is checked in one document beside its shape; a new check is a line here. */
const CHECKS: readonly Check[] = [
  checkReferences,
  checkScopeParents,
  checkPreviousNames,
  checkUniqueNames,
  checkEmailDomains,
  checkGuestDomains,
  checkOpenIdProviders,
  checkConsumerAccounts,
  checkGiving,
  checkAppScopes,
  checkEnforceSso,
  checkTwoPersonRule,
  checkAddresses,
  checkAliases,
  checkSession,
  checkTestProviders,
  checkMetadataSources,
  checkServiceProviderKeys,
  checkScim,
  checkApplications,
  checkConditions,
];

/** All that is wrong with one document, in no order. Never throws, whatever the value is. */
export function findingsOf(document: Json, checkMetadata: CheckMetadata | undefined): readonly Finding[] {
  const kind = otherKind(document);
  if (kind) return [kind];
  const findings = new Findings();
  checkStructure(document, findings, organizationSchema);
  for (const check of CHECKS) check(document, findings);
  if (checkMetadata) checkInlineMetadata(document, findings, checkMetadata);
  return findings.all;
}

/** A document of another kind has other fields: its kind is all there is to say. */
function otherKind(document: Json): Finding | undefined {
  const kind = own(mapOf(document), 'kind');
  if (kind === undefined || kind === 'Organization') return undefined;
  if (typeof kind !== 'string') return undefined;
  const suggestion = insteadOf(kind, KINDS, 'kinds');
  return {
    code: 'invalid_value',
    message: `\`kind\` cannot be ${quoted(kind)}`,
    suggestion,
    pointer: '/kind',
    at: 'value',
  };
}

function checkConditions(document: Json, findings: Findings): void {
  const authorization = mapOf(own(mapOf(own(mapOf(document), 'spec')), 'authorization'));
  for (const [index, rule] of listOf(own(authorization, 'rules')).entries()) {
    const cel = own(mapOf(own(mapOf(rule), 'when')), 'cel');
    if (typeof cel !== 'string' || cel === '' || findings.full) continue;
    const checked = checkCel(cel);
    if (checked.ok) continue;
    const where = checked.at === undefined || checked.at >= cel.length ? '' : `, at ${quoted(cel.slice(checked.at))}`;
    findings.add({
      code: 'invalid_cel',
      message: `the CEL condition is not valid: ${checked.message.replace(/\.$/, '')}${where}`,
      pointer: pointerTo('/spec/authorization/rules', index, 'when', 'cel'),
      at: 'value',
    });
  }
}

function checkInlineMetadata(document: Json, findings: Findings, checkMetadata: CheckMetadata): void {
  for (const { metadata, pointer } of metadataOf(document)) {
    const xml = own(metadata, 'xml');
    if (typeof xml !== 'string' || xml === '') continue;
    const named = own(metadata, 'entityId');
    const entityId = typeof named === 'string' ? named : undefined;
    for (const finding of checkMetadata(xml, entityId)) findings.add({ ...finding, pointer: `${pointer}/xml` });
  }
}

import type { Json } from '../document.ts';
import { platformSchema } from '../schema/platform-schema.ts';
import { Findings, type Finding } from './finding.ts';
import { checkStructure } from './structure.ts';
import { checkTrustedIssuers } from './trusted-issuers.ts';

/** All that is wrong with the document of the deployment, in no order. Never throws, whatever the value is. */
export function platformFindings(document: Json): readonly Finding[] {
  const findings = new Findings();
  checkStructure(document, findings, platformSchema);
  checkTrustedIssuers(document, findings);
  return findings.all;
}

import type { Json } from '../document.ts';
import { isMap, mapOf, own, pointerTo } from '../json.ts';
import { inheritingSchema, templateSchema } from '../schema/template-schema.ts';
import { Findings, type Finding } from './finding.ts';
import { checkStructure } from './structure.ts';

/**
 * What is wrong with a template by itself: its shape. Whether what it refers to exists shows in the organizations that inherit it.
 * Never throws.
 */
export function templateFindings(template: Json): readonly Finding[] {
  const findings = new Findings();
  checkStructure(template, findings, templateSchema);
  checkSecrets(template, findings);
  return findings.all;
}

/** What is wrong with the shape of an organization whose templates are not known: what may come from them is not missed. */
export function inheritingFindings(document: Json): readonly Finding[] {
  const findings = new Findings();
  checkStructure(document, findings, inheritingSchema);
  return findings.all.filter(({ code, pointer }) => code !== 'missing_key' || !pointer.startsWith('/spec/'));
}

/** A path would begin at another directory for every organization, and a sealed value is sealed for one. */
function checkSecrets(template: Json, findings: Findings): void {
  const spec = mapOf(own(mapOf(template), 'spec'));
  for (const map of ['identityProviders', 'applications']) {
    for (const [name, entry] of Object.entries(mapOf(own(spec, map)))) {
      checkSecret(own(mapOf(entry), 'clientSecret'), pointerTo('/spec', map, name, 'clientSecret'), findings);
    }
  }
}

function checkSecret(secret: Json | undefined, pointer: string, findings: Findings): void {
  if (!isMap(secret)) return;
  for (const key of ['fromFile', 'age']) {
    if (own(secret, key) === undefined) continue;
    findings.add({
      code: 'secret_in_template',
      message: `a template cannot give a secret by \`${key}\``,
      suggestion: 'write `{ fromEnv: NAME }`, or the secret into each organization',
      pointer: pointerTo(pointer, key),
    });
  }
}

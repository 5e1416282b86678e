import type { MappingPolicy } from '@rolecall/role-mapping';

/** Attributes that CEL reads: `facts.name`, `facts["name"]`. */
const IN_CEL = /facts(?:\.([A-Za-z_]\w*)|\[\s*(?:"([^"]+)"|'([^']+)')\s*\])/g;

/** The attributes whose values decide about grants and groups. */
export function mappingAttributes({ mappingRoles, rules, accountAttributes }: MappingPolicy): Set<string> {
  const read = new Set(Object.keys(accountAttributes));
  if (Object.keys(mappingRoles).length > 0) read.add('role_mapping');
  for (const { when } of rules) {
    if ('attribute' in when) read.add(when.attribute);
    else for (const [, name, double, single] of when.cel.matchAll(IN_CEL)) read.add(name ?? double ?? single ?? '');
  }
  return read;
}

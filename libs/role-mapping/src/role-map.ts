/**
 * Reads the value of an account attribute: a role map in JSON, `{"roles": [...], "customRoles": [...]}`, each key optional,
 * `{}` = no role. The two keys mean the same here, since every role of an organization has one name.
 *
 * @param value - as the identity provider sent it; its length is bounded by FACT_LIMITS
 * @returns the roles, each once, in the order given; undefined = not a role map
 */
export function readRoleMap(value: string): readonly string[] | undefined {
  const map = parseObject(value);
  if (map === undefined) return undefined;
  const roles = new Set<string>();
  for (const [key, named] of Object.entries(map)) {
    if ((key !== 'roles' && key !== 'customRoles') || !Array.isArray(named)) return undefined;
    for (const role of named as readonly unknown[]) {
      if (typeof role !== 'string' || role === '') return undefined;
      roles.add(role);
    }
  }
  return [...roles];
}

function parseObject(value: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import { canonicalJson } from '@rolecall/org-config';
import type { Json } from '@rolecall/org-config';
import type { FieldChange, OrganizationChange, PlatformChange } from './plan.ts';

/**
 * `sha256:<hex>` of what a plan would do: organizations, actions and fields before -> after, without revisions, impact and
 * sources. The order of changes and fields does not count. A pull request shows it; the apply after the merge asks for it.
 */
export function fingerprintOf(changes: readonly OrganizationChange[], platform?: PlatformChange): string {
  const canonical = changes
    .map((change) => ({
      organization: change.organization,
      action: change.action,
      ...(change.previousName === undefined ? {} : { previousName: change.previousName }),
      fields: fieldsOf(change),
    }))
    .map((change): string => canonicalJson(change))
    .concat(platform === undefined ? [] : [canonicalJson({ platform: platform.action, fields: fieldsOf(platform) })])
    .sort();
  return `sha256:${createHash('sha256')
    .update(canonicalJson(canonical as Json))
    .digest('hex')}`;
}

function fieldsOf({ fields }: Pick<OrganizationChange, 'fields'>): string[] {
  return fields.map(meaningOf).sort();
}

/** Where it stands in files, and who changed it before, is no part of what it does. */
function meaningOf({
  source: _source,
  origin: _origin,
  looksLike: _hint,
  inheritedFrom: _template,
  inheritedParts: _parts,
  ...field
}: FieldChange): string {
  return canonicalJson(field);
}

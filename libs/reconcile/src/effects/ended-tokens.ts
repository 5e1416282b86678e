import type { OrganizationDocument } from '@rolecall/org-config';
import type { Impact } from '../plan/plan.ts';
import type { EndedTokens } from '../sign-in-state.ts';

/** Names of the directory tokens that a document declares. */
export function tokensOf({ spec }: OrganizationDocument): readonly string[] {
  return Object.keys(spec.scim?.tokens ?? {});
}

export function withEndedTokens(impact: Impact, ended: readonly EndedTokens[]): Impact {
  return ended.length === 0 ? impact : { ...impact, endedDirectoryTokens: ended };
}

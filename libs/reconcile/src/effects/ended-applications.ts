import type { Application, OidcApplication, OrganizationDocument } from '@rolecall/org-config';
import type { Impact } from '../plan/plan.ts';
import type { Change } from '../prepare.ts';
import type { ClosedApplication, EndedSignIns } from '../sign-in-state.ts';

const MAP = '/spec/applications';

/**
 * What people were signed in to and no longer are: applications that are gone, switched off or of another kind, clients that get less
 * than before, and origins that no application has any more. By the names that they have afterwards; nothing of what was switched off
 * before.
 */
export function closedApplications({ before, after, renames }: Pick<Change, 'before' | 'after' | 'renames'>) {
  const stays = openIn(after);
  const origins = new Set([...stays.values()].flatMap(originsOf));
  return [...openIn(before)].flatMap(([former, application]): readonly ClosedApplication[] => {
    const name = renames.find(({ map, from }) => map === MAP && from === former)?.to ?? former;
    const client = application.type === 'oidc' && getsLess(application, stays.get(name));
    const gone = originsOf(application).filter((origin) => !origins.has(origin));
    return client || gone.length > 0 ? [{ application: name, client, origins: gone }] : [];
  });
}

/** By name, those that let somebody in. */
function openIn({ spec }: OrganizationDocument): ReadonlyMap<string, Application> {
  return new Map(Object.entries(spec.applications ?? {}).filter(([, { enabled }]) => enabled !== false));
}

/**
 * Whether a client holds what it would not be given any more. What went to an address that is taken away may be in the hands for which
 * it was; users whose session is alive are back in the application without a question.
 */
function getsLess({ redirectUris, refreshTokens }: OidcApplication, next: Application | undefined): boolean {
  if (next?.type !== 'oidc') return true;
  const isWithdrawn = redirectUris.some((uri) => !next.redirectUris.includes(uri));
  return isWithdrawn || (refreshTokens !== false && next.refreshTokens === false);
}

function originsOf(application: Application): readonly string[] {
  return application.type === 'forward-auth' ? application.origins : [];
}

export function withEndedSignIns(impact: Impact, ended: readonly EndedSignIns[]): Impact {
  return ended.length === 0 ? impact : { ...impact, endedSignIns: ended };
}

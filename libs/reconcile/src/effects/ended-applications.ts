import type { Application, OidcApplication, OrganizationDocument } from '@rolecall/org-config';
import type { Impact } from '../plan/plan.ts';
import type { Change } from '../prepare.ts';
import type { ClosedApplication, EndedSignIns } from '../sign-in-state.ts';

const MAP = '/spec/applications';

type Step = Pick<Change, 'before' | 'after' | 'renames'>;

/**
 * What people were signed in to and no longer are: applications that are gone, switched off or of another kind, clients that get less
 * than before, and origins that no application has any more. By the names that they have afterwards. Also those that open: what a
 * gateway gave out while it was told that they close must not come alive with them.
 */
export function closedApplications({ before, after, renames }: Step): readonly ClosedApplication[] {
  const [was, stays] = [openIn(before), openIn(after)];
  const [formerOrigins, origins] = [allOrigins(was), allOrigins(stays)];
  const formerOf = (name: string) => renames.find(({ map, to }) => map === MAP && to === name)?.from ?? name;
  const nameOf = (name: string) => renames.find(({ map, from }) => map === MAP && from === name)?.to ?? name;
  const closing = [...was].map(([former, application]): ClosedApplication => {
    const name = nameOf(former);
    const client = application.type === 'oidc' && getsLess(application, stays.get(name));
    return { application: name, client, origins: originsOf(application).filter((origin) => !origins.has(origin)) };
  });
  const opening = [...stays].map(([name, application]): ClosedApplication => {
    const client = application.type === 'oidc' && was.get(formerOf(name))?.type !== 'oidc';
    return {
      application: name,
      client,
      origins: originsOf(application).filter((origin) => !formerOrigins.has(origin)),
    };
  });
  return onceEach([...closing, ...opening]).filter((one) => one.client || one.origins.length > 0);
}

/** One that becomes another kind closes as one and opens as the other. */
function onceEach(closed: readonly ClosedApplication[]): readonly ClosedApplication[] {
  return [...Map.groupBy(closed, ({ application }) => application)].map(([application, all]) => ({
    application,
    client: all.some(({ client }) => client),
    origins: all.flatMap(({ origins }) => origins),
  }));
}

function allOrigins(applications: ReadonlyMap<string, Application>): ReadonlySet<string> {
  return new Set([...applications.values()].flatMap(originsOf));
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

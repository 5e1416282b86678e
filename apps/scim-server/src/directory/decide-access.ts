import { type DecideAccess, PersistenceError } from '@rolecall/persistence';
import {
  checkFactLimits,
  decide,
  DIRECTORY_FACT_LIMITS,
  type Facts,
  FactsError,
  factsToJson,
} from '@rolecall/role-mapping';
import { factsOfUser, ScimError } from '@rolecall/scim';
import type { Call } from './call.ts';
import type { DirectoryOrganization } from './organization.ts';

/** The first decision and so many repetitions when applies overtake it. */
const MAX_DECISIONS = 5;

/** What the organization's rules give a user of its directory. Pure. A refused user exists, and has nothing. */
function decideAccess(organization: DirectoryOrganization, now: Date): DecideAccess {
  return ({ body, groups, isNew }) => {
    const facts = bounded(factsOfUser(body, groups, organization.schemas.user));
    const decision = decide(facts, organization.policy, now);
    const { revision } = organization.snapshot;
    const stored = { revision, facts: factsToJson(facts), profile: decision.profile };
    if (decision.outcome === 'refused') return { ...stored, access: { grants: [], groups: [] } };
    const keeps = decision.applies === 'at-creation' && !isNew;
    return { ...stored, access: keeps ? undefined : { grants: decision.grants, groups: decision.groups } };
  };
}

/** @throws ScimError when they say more than a person has to say */
function bounded(facts: Facts): Facts {
  try {
    checkFactLimits(facts, DIRECTORY_FACT_LIMITS);
    return facts;
  } catch (error) {
    if (!(error instanceof FactsError)) throw error;
    throw new ScimError(
      400,
      'invalidValue',
      `the user's attributes and groups are too many or too long: ${error.message}`,
    );
  }
}

/**
 * Runs a write with the rules of the live revision: again, with the organization read anew, when an apply replaced them
 * between the decision and the write, which then left nothing behind.
 */
export async function withLiveRules<T>(
  call: Call,
  write: (decide: DecideAccess, organization: DirectoryOrganization) => Promise<T>,
): Promise<T> {
  let { organization } = call;
  for (let left = MAX_DECISIONS; ; left--) {
    try {
      return await write(decideAccess(organization, call.actor.at), organization);
    } catch (error) {
      const stale = error instanceof PersistenceError && error.code === 'stale_revision';
      if (!stale || left <= 1) throw error;
      organization = await call.anew();
    }
  }
}

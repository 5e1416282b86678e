import type { CreateHow, UserCreated } from '@rolecall/persistence';
import { emailDomainOf, mayIdentify } from '@rolecall/org-config';
import { newUser, type Projection, readUser, type ResourceBody } from '@rolecall/scim';
import type { Call, Reply } from './call.ts';
import { withLiveRules } from './decide-access.ts';
import type { DirectoryOrganization } from './organization.ts';
import { notOvertaken } from './not-overtaken.ts';
import { primaryEmail, requireOwnDomain } from './primary-email.ts';
import { domainOfAnother, heldBack, taken } from './refusals.ts';
import { userReply } from './present.ts';
import { ofModestSize } from './user-size.ts';

/**
 * POST /Users (RFC 7644 §3.3). A user whom the directory deactivated before comes back under the same id where
 * `reprovision: reactivate`, and one who signs in already comes under the directory where `linkExisting: verified-domain`.
 * @param unverified the body
 * @throws ScimError
 */
export async function createUser(call: Call, unverified: unknown, projection: Projection): Promise<Reply> {
  call.notes.about('User');
  const read = readUser(unverified, call.organization.schemas);
  call.notes.read(read);
  const body = ofModestSize(newUser(read.body));
  const created = await notOvertaken(() =>
    withLiveRules(call, (decide, organization) => {
      requireOwnDomain(organization, body);
      return call.store.createUser(organization.id, body, createHow(organization, body), decide, call.actor);
    }),
  );
  const met = accepted(created, call.organization);
  const { user, outcome } = met;
  call.notes.about('User', user.userId);
  call.notes.changed(outcome !== 'reactivated' || met.changed);
  if (outcome === 'adopted' || (outcome === 'reactivated' && user.body['active'] === true))
    call.notes.cameBack = outcome;
  return userReply(call, user, projection, 201);
}

function createHow(organization: DirectoryOrganization, body: ResourceBody): CreateHow {
  const { linkExisting, reprovision } = organization.scim;
  const email = linkExisting === 'verified-domain' ? primaryEmail(body) : undefined;
  const identifies = email !== undefined && mayIdentify(email) && organization.vouchesFor(emailDomainOf(email));
  return { adoptEmail: identifies ? email : undefined, reprovision, brake: organization.brake };
}

type Created = Exclude<UserCreated, { outcome: 'changed_meanwhile' }>;

function accepted(created: Created, organization: DirectoryOrganization): Extract<Created, { user: unknown }> {
  if (created.outcome === 'conflict') throw taken(created.attribute);
  if (created.outcome === 'domain_of_another') throw domainOfAnother();
  if (created.outcome === 'held') throw heldBack(created, organization);
  return created;
}

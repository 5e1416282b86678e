import type { NewApplicationToken } from '@rolecall/persistence';
import type { ApplicationClient } from './application-clients.ts';
import type { GrantId } from './grant-id.ts';
import type { ProviderParts } from './provider-parts.ts';

/**
 * Stores the grant of the request's browser with its code, by the document that is live at this moment: this process may not have
 * heard of it yet, so another revision is a reason to look once more, and none to refuse.
 * @throws AccessDenied, TemporarilyUnavailable: the application is told (RFC 6749 §4.1.2.1)
 */
export async function storeSignIn(
  parts: ProviderParts,
  { organizationId, grantId }: GrantId,
  code: NewApplicationToken,
  now: Date,
): Promise<void> {
  const { store, clients, event, deny, putOff } = parts;
  const { granting, browser } = parts.request();
  if (!granting || !browser) throw deny('the session has ended');
  const { clientId, scope } = granting;
  const attempt = async (client: ApplicationClient | undefined) => {
    if (client?.organization.id !== organizationId || !isSentTo(client, code)) throw deny('the application is closed');
    const { name: application } = client.application;
    const { revision } = client.organization.snapshot;
    const grant = { grantId, sessionTokenHash: browser.tokenHash, application, clientId, scope };
    const events = [event('application.signed_in', { application, userId: browser.view.user.id }, {})];
    return { revision, isStored: await store.signIn(organizationId, grant, code, { revision, events, now }) };
  };
  const first = await attempt(await clients.find(clientId));
  if (first.isStored) return;
  const second = await attempt(await clients.findAnew(clientId));
  if (second.isStored) return;
  throw first.revision === second.revision ? deny('the session has ended') : putOff('the organization is changing');
}

/** Whether what the code goes to, or went to, is (still) an address of the application. */
export function isSentTo(
  { application }: ApplicationClient,
  { payload }: Pick<NewApplicationToken, 'payload'>,
): boolean {
  const { redirectUri } = payload;
  return typeof redirectUri !== 'string' || application.redirectUris.includes(redirectUri);
}

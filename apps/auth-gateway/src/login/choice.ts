import type { VNode } from 'preact';
import { withQuery } from '../http/with-query.ts';
import { hasLocalDoor } from '../local/local-door.ts';
import { loginPath, type Organization, recoveryPath } from '../organizations/organization.ts';
import { ChoicePage } from '../pages/choice-page.tsx';

/** The `note` of somebody who comes from setting a password. */
export const PASSWORD_SET = 'password_set';

/** What the page of an organization says beside its ways to sign in. */
export interface ChoiceSaid {
  /** Already allowed (`allowedReturnTo`). */
  readonly returnTo: string | undefined;
  /** What was typed before. */
  readonly address?: string;
  /** A sentence of the catalogue. */
  readonly error?: string | undefined;
  /** Something that went well. */
  readonly note?: string | undefined;
}

/** `GET /login/:org`: the ways to sign in that are open now. */
export function choicePage(organization: Organization, now: Date, said: ChoiceSaid): VNode {
  const { name, displayName } = organization.settings;
  const { returnTo } = said;
  const identityProviders = organization.enabledIdentityProviders.map((identityProvider) => ({
    displayName: identityProvider.displayName,
    href: withQuery(loginPath(organization, identityProvider), { returnTo }),
  }));
  const password = hasLocalDoor(organization, now) ? { name, address: said.address ?? '' } : undefined;
  const repairAt = recoveryPath(organization);
  return ChoicePage({ ...said, organization: displayName, identityProviders, password, repairAt });
}

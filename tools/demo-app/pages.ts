import { html, type Markup, page } from '../html.ts';

/** What the gateway's `GET /session` answers for a signed-in browser. */
export interface GatewaySession {
  readonly user: { readonly id: string; readonly email?: string; readonly displayName?: string };
  readonly organization: string;
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly string[];
  readonly identityProvider: string;
  readonly expiresAt: string;
}

/** What the gateway's userinfo endpoint says to an OpenID Connect client. */
export interface OidcUser {
  readonly sub: string;
  readonly organization: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly grants: GatewaySession['grants'];
  readonly groups: readonly string[];
}

const LOOK = { brand: 'Campaign Studio', accent: '#b4471f' };

export function signedOutPage(loginUrl: string): string {
  return page({
    ...LOOK,
    title: 'Welcome',
    body: html`<h1>Welcome to Campaign Studio</h1>
      <p class="soft">
        A demo application: it has no users and no passwords of its own, and asks Rolecall who you are.
      </p>
      <p class="actions">
        <a class="primary button" href="${loginUrl}">Sign in</a>
        <a class="quiet button" href="/oidc/login">Continue with OpenID Connect</a>
      </p>`,
  });
}

export function signedInPage(session: GatewaySession, accountUrl: string): string {
  const { user, organization, grants, groups, identityProvider, expiresAt } = session;
  return page({
    ...LOOK,
    title: 'Home',
    body: html`<h1>Hello, ${user.displayName ?? user.email ?? 'there'}</h1>
      <p class="soft">This is what Rolecall says of you, asked just now.</p>
      <table>
        ${row('E-mail', user.email ?? '–')} ${row('Organization', organization)}
        ${row('Signed in with', identityProvider)} ${row('Until', html`<time>${readable(expiresAt)}</time>`)}
      </table>
      <h2>Roles</h2>
      ${rolesTable(grants)}
      <h2>Groups</h2>
      <p>${groups.length > 0 ? groups.map(chip) : html`<span class="soft">None.</span>`}</p>
      <p class="actions"><a class="quiet button" href="${accountUrl}">Account and sign-out</a></p>`,
  });
}

/** Signed in by OpenID Connect, as client of one organization. */
export function oidcPage(
  { organization, name, email, email_verified: verified, grants, groups }: OidcUser,
  leaveUrl: string,
): string {
  return page({
    ...LOOK,
    title: 'Home',
    body: html`<h1>Hello, ${name ?? email ?? 'there'}</h1>
      <p class="soft">This is what Rolecall says of you by OpenID Connect, asked just now with an access token.</p>
      <table>
        ${row('E-mail', email === undefined ? '–' : `${email}${verified === true ? '' : ' (not verified)'}`)}
        ${row('Organization', organization)}
      </table>
      <h2>Roles</h2>
      ${rolesTable(grants)}
      <h2>Groups</h2>
      <p>${groups.length > 0 ? groups.map(chip) : html`<span class="soft">None.</span>`}</p>
      <p class="actions"><a class="quiet button" href="${leaveUrl}">Sign out</a></p>`,
  });
}

export function gatewayDownPage(gateway: string): string {
  return page({
    ...LOOK,
    title: 'Not available',
    body: html`<h1>Nobody can be asked who you are</h1>
      <p>The gateway at <code>${gateway}</code> does not answer. Try again in a moment.</p>`,
  });
}

function rolesTable(grants: GatewaySession['grants']): Markup {
  const scopes = Object.entries(grants);
  if (scopes.length === 0) return html`<p class="soft">None.</p>`;
  return html`<table>
    ${scopes.map(([scope, roles]) => row(scope, html`${roles.map(chip)}`))}
  </table>`;
}

function row(name: string, value: string | Markup): Markup {
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${value}</td>
  </tr>`;
}

function chip(text: string): Markup {
  return html`<span class="chip">${text}</span>`;
}

function readable(instant: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Date(instant).toLocaleString('en-GB', options)} UTC`;
}

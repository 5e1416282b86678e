import { html, page, Markup } from '../html.ts';
import type { DemoPerson } from './people.ts';
import type { LoginRequest } from './saml.ts';

const LOOK = { brand: 'Demo identity provider', accent: '#4a5bc9' };

/** The one login page: whom to sign in as. `hidden` carries the request on to the form's target. */
export function loginPage(options: {
  people: readonly DemoPerson[];
  action: string;
  hidden: Readonly<Record<string, string | undefined>>;
  forced: boolean;
}): string {
  const { people, action, hidden, forced } = options;
  const fields = Object.entries(hidden).map(([name, value]) =>
    value === undefined ? '' : html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return page({
    ...LOOK,
    title: 'Sign in',
    body: html`<h1>Sign in as …</h1>
      <p class="soft">
        This stands in for a company’s own identity provider. There are no passwords: choose a person.
        ${forced && ' You are asked again, because the service wants a fresh sign-in.'}
      </p>
      <form method="post" action="${action}">${fields} ${byCompany(people)}</form>`,
  });
}

function byCompany(people: readonly DemoPerson[]): Markup[] {
  return [...Map.groupBy(people, (person) => person.company)].map(
    ([company, members]) =>
      html`<h2>${company}</h2>
        ${members.map(personButton)}`,
  );
}

function personButton(person: DemoPerson): Markup {
  const initials = person.name.split(' ').map((word) => word.charAt(0));
  return html`<button class="person" name="person" value="${person.email}">
    <span class="face" aria-hidden="true">${initials}</span>
    <span><strong>${person.name}</strong> <span class="mail">${person.email}</span></span>
    <span class="shows">${person.shows}</span>
  </button>`;
}

/** The HTTP-POST binding: a form that submits itself, with a button where there is no JavaScript. */
export function postBackPage(request: LoginRequest, samlResponse: string, nonce: string): string {
  return page({
    ...LOOK,
    title: 'Signed in',
    body: html`<h1>You are signed in</h1>
      <p class="soft">Going back to the service …</p>
      <form method="post" action="${request.acs}">
        <input type="hidden" name="SAMLResponse" value="${samlResponse}" />
        ${
          request.relayState !== undefined &&
          html`<input type="hidden" name="RelayState" value="${request.relayState}" />`
        }
        <p class="actions"><button class="primary">Continue</button></p>
      </form>`,
    script: html`<script nonce="${nonce}">
      document.forms[0].submit();
    </script>`,
  });
}

/** Asks before a sign-out that came without an ID token. `form` is oidc-provider's own, with the id `op.logoutForm`. */
export function logoutPage(form: string): string {
  return page({
    ...LOOK,
    title: 'Sign out',
    body: html`<h1>Sign out here as well?</h1>
      <p class="soft">The service has signed you out; this identity provider still knows you.</p>
      ${new Markup(form)}
      <p class="actions">
        <button class="primary" form="op.logoutForm" name="logout" value="yes">Sign out</button>
      </p>`,
  });
}

/** Who is signed in here, and what this identity provider says of everybody. */
export function homePage(people: readonly DemoPerson[], signedIn: DemoPerson | undefined, url: string): string {
  return page({
    ...LOOK,
    title: 'Home',
    body: html`<h1>${signedIn ? `Signed in as ${signedIn.name}` : 'Nobody is signed in here'}</h1>
      ${
        signedIn
          ? html`<p class="soft">Sign out here to sign in as somebody else.</p>
              <form method="post" action="/logout" class="actions"><button class="primary">Sign out</button></form>`
          : html`<p class="soft">A sign-in starts at the application; it brings you here.</p>`
      }
      <h2>SAML metadata</h2>
      <p>
        <a href="/saml/metadata"><code>${url}/saml/metadata</code></a>
      </p>
      <h2>OpenID configuration</h2>
      <p>
        <a href="/oidc/.well-known/openid-configuration"><code>${url}/oidc/.well-known/openid-configuration</code></a>
      </p>
      ${people.map(
        (person) =>
          html`<h2>${person.name}</h2>
            <table>
              ${Object.entries(person.attributes).map(
                ([name, values]) =>
                  html`<tr>
                    <th scope="row">${name}</th>
                    <td>${values.map((value) => html`<span class="chip">${value}</span>`)}</td>
                  </tr>`,
              )}
            </table>`,
      )}`,
  });
}

/** Something is wrong with the request; says what. */
export function problemPage(message: string): string {
  return page({
    ...LOOK,
    title: 'Cannot sign in',
    body: html`<h1>This sign-in cannot go on</h1>
      <p>${message}</p>`,
  });
}

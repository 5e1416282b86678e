import type { TakenMail } from '@rolecall/platform/testing';
import { html, Markup, page } from '../html.ts';

const LOOK = { brand: 'Inbox', accent: '#2f5fa8' };

/** The list looks for new mails by itself. */
const REFRESH = new Markup('<meta http-equiv="refresh" content="3" />');

export function listPage(mails: readonly TakenMail[]): string {
  const rows = mails.map((mail, index) => row(mail, index + 1)).toReversed();
  return page({
    ...LOOK,
    title: 'Mails',
    body: html`${REFRESH}
      <h1>Mails of this system</h1>
      <p class="soft">
        Whatever Rolecall sends arrives here, whoever it is for. It is forgotten when the system stops.
      </p>
      ${
        rows.length > 0
          ? html`<table>
              ${rows}
            </table>`
          : html`<p>None yet.</p>`
      }`,
  });
}

export function mailPage(mail: TakenMail, id: number): string {
  return page({
    ...LOOK,
    title: mail.subject,
    body: html`<h1>${mail.subject}</h1>
      <table>
        <tr>
          <th scope="row">To</th>
          <td>${mail.recipients.join(', ')}</td>
        </tr>
        <tr>
          <th scope="row">From</th>
          <td>${mail.from}</td>
        </tr>
        <tr>
          <th scope="row">Arrived</th>
          <td><time>${mail.at.toISOString()}</time></td>
        </tr>
      </table>
      <h2>As HTML</h2>
      <iframe
        title="The mail as HTML"
        src="/mails/${id}/html"
        style="width:100%;height:34rem;border:1px solid var(--line);border-radius:.7rem"
      ></iframe>
      <h2>As text</h2>
      <pre style="white-space:pre-wrap;overflow-wrap:anywhere"><code>${mail.text}</code></pre>
      <p class="actions"><a class="quiet button" href="/">All mails</a></p>`,
  });
}

export function noMailPage(): string {
  return page({
    ...LOOK,
    title: 'No such mail',
    body: html`<h1>There is no such mail</h1>
      <p>They are forgotten when the system stops. <a href="/">All mails</a></p>`,
  });
}

function row({ recipients, subject, at }: TakenMail, id: number): Markup {
  return html`<tr>
    <th scope="row">${recipients.join(', ')}</th>
    <td><a href="/mails/${id}">${subject}</a></td>
    <td class="soft"><time>${at.toISOString().slice(11, 19)}</time></td>
  </tr>`;
}

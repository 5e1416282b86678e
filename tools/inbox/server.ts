import type { TakenMail } from '@rolecall/platform/testing';
import express, { type Express, type Response } from 'express';
import { listPage, mailPage, noMailPage } from './pages.ts';

/** Nothing is loaded from anywhere; frames show pages of our own. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'";

/** A mail is shown as a mail program shows it: no script, no image of others, and a link opens in place of the page when somebody clicks. */
const MAIL_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-top-navigation-by-user-activation',
].join('; ');

/** The pages of an inbox. `mails` grows while it is shown; the newest is first on the page. */
export function inbox(mails: readonly TakenMail[]): Express {
  const app = express();
  app.disable('x-powered-by');
  const send = (response: Response, body: string, policy = PAGE_POLICY) =>
    void response.set({ 'cache-control': 'no-store', 'content-security-policy': policy }).send(body);
  const find = (id: string | undefined) => (/^\d{1,9}$/.test(id ?? '') ? mails[Number(id) - 1] : undefined);

  app.get('/readyz', (_request, response) => void response.send('ready'));
  app.get('/', (_request, response) => send(response, listPage(mails)));
  app.get('/mails.json', (_request, response) => {
    const shown = mails.map(({ from, recipients, subject, text, html, at }) => {
      return { from, to: recipients, subject, text, html, at };
    });
    response.set('cache-control', 'no-store').json({ mails: shown });
  });
  app.get('/mails/:id', (request, response) => {
    const mail = find(request.params.id);
    if (mail) send(response, mailPage(mail, Number(request.params.id)));
    else send(response.status(404), noMailPage());
  });
  app.get('/mails/:id/html', (request, response) => {
    const mail = find(request.params.id);
    if (mail) send(response, mail.html.replace('<head>', '<head><base target="_top">'), MAIL_POLICY);
    else send(response.status(404), noMailPage());
  });
  return app;
}

import type { OutgoingMessage } from '@rolecall/saml';
import type { Response } from 'express';
import { PostFormPage, SUBMIT_SCRIPT } from '../pages/post-form-page.tsx';
import { redirect } from './redirect.ts';
import { type FormTarget, sendPage } from './send-page.ts';

/**
 * Sends the browser to an identity provider with a message of ours: by redirect, or by a page whose one form goes to that
 * provider's origin (and back here), and submits itself (security-checklist.md 12).
 */
export function sendMessage(
  response: Response,
  message: OutgoingMessage,
  { title, status = 303, forms }: MessageOptions,
): void {
  if (message.binding === 'redirect') {
    redirect(response, status, message.url);
    return;
  }
  const page = PostFormPage({ title, action: message.url, fields: message.fields });
  sendPage(response, page, { forms: forms ?? { origin: new URL(message.url).origin }, script: SUBMIT_SCRIPT });
}

interface MessageOptions {
  /** Of the page. */
  readonly title: string;
  /** Of a redirect. */
  readonly status?: 302 | 303;
  /** Where the form may lead in the end, when the identity provider sends the browser on to others. */
  readonly forms?: FormTarget;
}

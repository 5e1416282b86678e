import type { Response } from 'express';

/** Redirects without Express's page about it, which no browser shows and each login would pay for three times. */
export function redirect(response: Response, status: 302 | 303, to: string): void {
  response.status(status).location(to).end();
}

import { randomBytes } from 'node:crypto';
import { sha256 } from '@rolecall/persistence';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { browserOf } from '../http/browser-name.ts';
import type { Cookies } from '../http/cookies.ts';

/** The browser at a local door. Nothing of it is verified: cookies are only ever compared by their hashes. */
export interface Visitor {
  readonly traceId: string;
  readonly ip: string | undefined;
  /** A short name for people, made of known words only. */
  readonly browser: string;
  /** Of the flow cookie, which binds a pending sign-in to this browser. */
  readonly flowCookie: string;
  /** Of the device cookie; a new one when the browser brought none. */
  readonly device: string;
}

export function visitorOf(request: Request, cookies: Cookies): Visitor {
  return {
    traceId: traceOf(request).traceId,
    ip: request.ip,
    browser: browserOf(request),
    flowCookie: cookies.flow(request) ?? randomBytes(32).toString('base64url'),
    device: cookies.device(request) ?? randomBytes(32).toString('base64url'),
  };
}

/** By what a user's devices are told apart: the same browser has another value for each of its users. */
export function deviceHash(userId: string, { device }: Pick<Visitor, 'device'>): Buffer {
  return sha256(`${userId}.${device}`);
}

/** Keeps what the visitor is bound and known by. */
export function rememberVisitor(response: Response, cookies: Cookies, { flowCookie, device }: Visitor): void {
  cookies.setFlow(response, flowCookie);
  cookies.setDevice(response, device);
}

import { Inject, Injectable } from '@nestjs/common';
import {
  type Database,
  newOrganizationToken,
  readOrganizationToken,
  type SessionView,
  sha256,
} from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import { CONFIG, type Config } from '../config.ts';
import { withQuery } from '../http/with-query.ts';
import { Organizations } from '../organizations/organizations.ts';
import { safePath } from './return-path.ts';

/** How long a handle waits for its browser, in milliseconds: the time of one redirect. */
const HANDLE_LIFETIME_MS = 60_000;

/** Where `/auth/start` leads a browser back to, and which browser that is. */
export interface Handoff {
  readonly origin: string;
  /** Of `safePath`. */
  readonly path: string;
  /** Base64url of the SHA-256 of the flow cookie's secret at the application. */
  readonly flow: string;
}

/** What the gateway makes of a browser that comes from an application. */
export type Handed =
  | { readonly to: string }
  | { readonly refused: 'unknown_origin' }
  | { readonly refused: 'not_of_organization'; readonly signInAt: string };

/** A session of the gateway's becomes one at an application's origin: by a one-time handle, for one browser. */
@Injectable()
export class Handoffs {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(CONFIG) private readonly config: Pick<Config, 'url'>,
  ) {}

  /** The address of ours that a browser is sent to by an application. */
  address({ origin, path, flow }: Handoff): string {
    return this.config.url + withQuery('/auth/start', { origin, flow, rd: path });
  }

  /**
   * Where a browser goes: to the application with a handle, or to sign in and come here again.
   * @param session of the gateway's, of this browser: VERIFIED
   * @param token the value of its cookie
   */
  async hand(handoff: Handoff, session: SessionView | undefined, token: string | undefined): Promise<Handed> {
    const { origin, path, flow } = handoff;
    const uses = await this.database.forward.usesOf(origin, session?.organizationId);
    if (!uses.declared) return { refused: 'unknown_origin' };
    const signInAt = await this.signInAt(uses.only, handoff);
    const presented = readOrganizationToken(token);
    if (!session || !presented) return { to: signInAt };
    if (uses.application === undefined) return { refused: 'not_of_organization', signInAt };
    const { organizationId } = session;
    const now = this.clock();
    const handle = newOrganizationToken(organizationId);
    const begun = await this.database.forward.begin({
      organizationId,
      sessionHash: presented.hash,
      handleHash: handle.hash,
      flowHash: Buffer.from(flow, 'base64url'),
      origin,
      now,
      expiresAt: new Date(now.getTime() + HANDLE_LIFETIME_MS),
    });
    return { to: begun ? origin + withQuery('/.rolecall/callback', { h: handle.value, rd: path }) : signInAt };
  }

  /**
   * Makes the cookie of an application out of a handle that came back.
   * @param secret of the browser's flow cookie
   * @param traceId names the request in the audit log
   * @returns undefined when the handle is used, over, of another origin or for another browser
   */
  async take(
    unverified: unknown,
    origin: string,
    secret: string,
    traceId: string,
  ): Promise<{ token: string; expires: Date } | undefined> {
    const handle = readOrganizationToken(unverified);
    if (!handle) return undefined;
    const { organizationId, hash: handleHash } = handle;
    const { value: token, hash: tokenHash } = newOrganizationToken(organizationId);
    const parts = {
      organizationId,
      handleHash,
      tokenHash,
      origin,
      flowHash: sha256(secret),
      traceId,
      now: this.clock(),
    };
    const expires = await this.database.forward.take(parts);
    return expires && { token, expires };
  }

  /** Of the organization, where it is a single one that has an application there. */
  private async signInAt(organizationId: string | undefined, handoff: Handoff): Promise<string> {
    const organization = organizationId === undefined ? undefined : await this.organizations.byId(organizationId);
    const path = organization ? `/login/${organization.settings.name}` : '/login';
    return withQuery(path, { returnTo: this.address(handoff) });
  }
}

/** Reads the query of `/auth/start`; undefined when it is none of `Handoffs.address`. */
export function readHandoff({ origin, flow, rd }: Readonly<Record<string, unknown>>): Handoff | undefined {
  if (typeof origin !== 'string' || origin.length > 512 || URL.parse(origin)?.origin !== origin) return undefined;
  if (typeof flow !== 'string' || !/^[\w-]{43}$/.test(flow)) return undefined;
  return { origin, path: safePath(rd, origin), flow };
}

import type { Json } from '@rolecall/org-config';
import { repairRefused } from './recovery-words.ts';

const TIMEOUT_MS = 25_000;

/** A change of one organization past git. */
export interface Repair {
  /** Of `spec`, a merge patch. */
  readonly spec: Json;
  /** When it ends. */
  readonly expires: Date;
  /** Consent to another identity provider in the place of one that users are linked to. */
  readonly allowReplace: boolean;
}

/** `refused`: a sentence for who repairs; `code`: of the admin API. */
export type Repaired =
  | { readonly done: true }
  | { readonly done: false; readonly refused: string; readonly code: string };

/** The admin API as a recovery session sees it: one organization, and what repairs its sign-in. */
export class RepairApi {
  /** @param url its base URL, of the configuration: trusted */
  constructor(private readonly url: string) {}

  /**
   * Makes a change of the organization as it is now.
   * @param token of the recovery session
   */
  async repair(token: string, organization: string, { spec, expires, allowReplace }: Repair): Promise<Repaired> {
    const path = `/v1/organizations/${encodeURIComponent(organization)}`;
    try {
      const live = await this.ask(token, 'GET', path);
      if (live.status !== 200) return refusal(live);
      const override = { reason: 'recovery access', expires: expires.toISOString() };
      const { revision: baseRevision } = live.json as { readonly revision: number };
      const body = { baseRevision, patch: { spec }, override, ...(allowReplace && { allowReplace }) };
      const answer = await this.ask(token, 'PATCH', path, body);
      return answer.status === 200 ? { done: true } : refusal(answer);
    } catch {
      return {
        done: false,
        code: 'admin_api_unreachable',
        refused: 'The configuration does not answer right now: try again in a minute.',
      };
    }
  }

  private async ask(token: string, method: string, path: string, body?: object) {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, json: (await response.json()) as unknown };
  }
}

/** What is wrong in detail says more than the sentence about all of it. */
function refusal({ json }: { readonly json: unknown }): Repaired {
  const { code, message, diagnostics } = membersOf(membersOf(json)['error']);
  const [first] = Array.isArray(diagnostics) ? (diagnostics as readonly unknown[]) : [];
  const { code: detailed, message: detail, suggestion } = membersOf(first);
  const words = [detail ?? message, suggestion].filter((it) => typeof it === 'string').join('; ');
  const codes = [code, detailed].filter((it) => typeof it === 'string');
  const refused = repairRefused(codes, sentence(words || 'the change was refused'));
  return { done: false, code: codes[0] ?? 'refused', refused };
}

const membersOf = (value: unknown) => Object(value) as Readonly<Record<string, unknown>>;

const sentence = (words: string) =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;

/**
 * What came of a request: `read` = answered without a change wanted; `applied`; `no-op` = right, and nothing to change; `refused` =
 * the client must act (4xx); `failed` = we must (5xx).
 */
export const DIRECTORY_OUTCOMES = ['read', 'applied', 'no-op', 'refused', 'failed'] as const;
export type DirectoryOutcome = (typeof DIRECTORY_OUTCOMES)[number];

/** One request of a SCIM client, without its values. */
export interface DirectoryRequestSummary {
  /** The trace id: unique, and in the answer's X-Request-Id. */
  readonly requestId: string;
  readonly at: Date;
  readonly tokenName: string;
  readonly method: string;
  /** With parameters in place of values, such as `/Users/:id`. */
  readonly route: string;
  readonly status: number;
  readonly scimType: string | undefined;
  readonly outcome: DirectoryOutcome;
  /** Names of the rules that understood what was not to the letter. */
  readonly quirks: readonly string[];
  readonly resourceType: string | undefined;
  readonly resourceId: string | undefined;
  /** Names of the attributes that the request was about. */
  readonly attributes: readonly string[];
  /** Of the error, as the client got it. */
  readonly detail: string | undefined;
  /** What to do at the identity provider or in the document. */
  readonly hint: string | undefined;
  readonly milliseconds: number;
}

export interface DirectoryRequest extends DirectoryRequestSummary {
  /** The query and the body with values replaced by their types and lengths; redacted by whoever records it. */
  readonly payload: object | undefined;
}

export interface DirectoryRequestFilter {
  readonly since?: Date | undefined;
  readonly outcomes?: readonly DirectoryOutcome[] | undefined;
  /** First digit: 4 = 400 to 499. */
  readonly statusClass?: number | undefined;
  readonly tokenName?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly quirk?: string | undefined;
  /** Where the page before ended. */
  readonly cursor?: DirectoryRequestCursor | undefined;
  /** At least 1. */
  readonly limit: number;
}

export interface DirectoryRequestCursor {
  readonly at: Date;
  readonly requestId: string;
}

export interface DirectoryRequestPage {
  /** The newest first. */
  readonly requests: readonly DirectoryRequestSummary[];
  /** undefined at the end. */
  readonly nextCursor: DirectoryRequestCursor | undefined;
}

export interface DirectoryRequestLog {
  /** Writes what requests of any organizations did, in one statement. One that is written already stays. */
  append(requests: readonly (DirectoryRequest & { readonly organizationId: string })[]): Promise<void>;
  list(organizationId: string, filter: DirectoryRequestFilter): Promise<DirectoryRequestPage>;
  find(organizationId: string, requestId: string): Promise<DirectoryRequest | undefined>;
}

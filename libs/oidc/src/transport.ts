/** What came back: UNTRUSTED bytes of a server that a customer named. */
export interface OidcAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * How this library reaches a provider. The implementation bounds time and size, follows no redirects and keeps away from
 * private addresses; it rejects with an error that has a `code`. Only JSON is asked for.
 */
export interface OidcTransport {
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<OidcAnswer>;
  postForm(url: string, form: URLSearchParams, headers: Readonly<Record<string, string>>): Promise<OidcAnswer>;
}

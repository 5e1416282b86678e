/** Why a fetch was refused or failed; stable. */
export type OutboundErrorCode =
  | 'outbound_url_invalid'
  | 'outbound_scheme_refused'
  | 'outbound_port_refused'
  | 'outbound_host_refused'
  | 'outbound_address_refused'
  | 'outbound_redirect_refused'
  | 'outbound_status'
  | 'outbound_too_large'
  | 'outbound_timeout'
  | 'outbound_unreachable';

/** The message is for the platform team: it names the URL's host and what to do, never the body that came back. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  constructor(
    readonly code: OutboundErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

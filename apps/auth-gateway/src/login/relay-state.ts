import type { LoginTransactions } from '@rolecall/persistence';

type Mode = Parameters<LoginTransactions['begin']>[0]['mode'];

/**
 * The RelayState that we send: a login's trace id, which is random and means nothing to the IdP (rule G10). What comes
 * back is UNTRUSTED: it is never echoed, never a destination and decides nothing about a login. It only tells a refused
 * answer to a test from one to a login, so that the tester sees the reason.
 */
export function relayStateOf(login: { readonly mode: Mode; readonly traceId: string }): string {
  return `${login.mode}.${login.traceId}`;
}

/** What an incoming, untrusted RelayState claims; undefined when it is not of ours. */
export function claimedByRelayState(
  unverified: unknown,
): { readonly mode: Mode; readonly traceId: string } | undefined {
  const match = typeof unverified === 'string' ? /^(login|test)\.([0-9a-f]{32})$/.exec(unverified) : null;
  return match?.[2] === undefined ? undefined : { mode: match[1] === 'test' ? 'test' : 'login', traceId: match[2] };
}

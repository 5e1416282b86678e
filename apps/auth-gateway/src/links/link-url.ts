/** The address in a mail: its token stands behind `#`, which a browser sends to nobody and keeps out of logs and Referer. */
export function linkUrl(gatewayUrl: string, token: string): string {
  return `${gatewayUrl}/link#${token}`;
}

/** The token of what somebody pasted: a whole link, or what stands behind its `#`. UNVERIFIED. */
export function tokenOf(pasted: unknown): string | undefined {
  if (typeof pasted !== 'string' || pasted.length > 1_000) return undefined;
  return pasted.slice(pasted.lastIndexOf('#') + 1).trim();
}

import { randomBytes } from 'node:crypto';
import type { ExchangedToken } from '../stores.ts';

/** What a job gets by revision 1 of the platform document. */
export function workloadToken(now: Date): ExchangedToken {
  const expiresAt = new Date(now.getTime() + 900_000);
  return {
    name: 'github: repo:acme/config',
    rights: ['plan', 'apply'],
    organizations: undefined,
    workload: {
      trust: 'github',
      issuer: 'https://ci.example',
      audience: 'https://rolecall.example',
      subject: 'repo:acme/config',
      claims: { repository: 'acme/config' },
    },
    platformRevision: 1,
    replayKey: randomBytes(32),
    replayableUntil: expiresAt,
    expiresAt,
    now,
    traceId: 'trace-1',
  };
}

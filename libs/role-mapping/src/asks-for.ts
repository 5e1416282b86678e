import type { CompiledPolicy } from './compile-policy.ts';

/**
 * Whether a decision by this policy may depend on an attribute. False = no mapping role, rule or account attribute looks at it, so
 * that facts which differ in nothing else get the same grants and groups. A CEL condition may look at anything.
 */
export function asksFor(policy: CompiledPolicy, attribute: string): boolean {
  const byEntry = policy.entries.some(({ test }) => test.kind === 'cel' || test.attribute === attribute);
  return byEntry || policy.accounts.some((account) => account.attribute === attribute);
}

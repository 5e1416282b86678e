export * from './decision.ts';
export * from './facts.ts';
export * from './policy.ts';

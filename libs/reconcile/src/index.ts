export * from './plan.ts';
export * from './state-store.ts';

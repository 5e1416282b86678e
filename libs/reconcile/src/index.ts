export { GUARD_CODES, INPUT_CODES, ReconcileError, StalePlanError } from './errors.ts';
export type { ReconcileCode, ReconcileProblem } from './errors.ts';
export * from './plan.ts';
export type { DesiredOrganization, ReconcileRequest } from './request.ts';
export { rootDigestOf } from './root-digest.ts';
export * from './state-store.ts';

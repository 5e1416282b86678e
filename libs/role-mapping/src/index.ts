export { asksFor } from './asks-for.ts';
export { CEL_LIMITS, checkCel, type CelCheck, type CelErrorCode } from './cel.ts';
export { compilePolicy, PolicyError, type CompiledPolicy } from './compile-policy.ts';
export { decide } from './decide.ts';
export * from './decision.ts';
export * from './facts.ts';
export * from './policy.ts';
export { readRoleMap } from './role-map.ts';

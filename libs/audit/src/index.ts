export { AuditError, canonicalEvent, eventDigest, type AuditErrorCode } from './canonical.ts';
export * from './catalogue.ts';
export * from './chain.ts';
export * from './event.ts';
export { canonicalAddress, isOrigin, originOf, SALT_BYTES, type Client } from './origin.ts';
export { EVENT_LIMITS, redact } from './redact.ts';
export { fromWire, syslogMessage, wireEvent, type Owner, type WireEvent } from './wire.ts';

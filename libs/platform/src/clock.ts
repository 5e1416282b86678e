/** Injection token of the app's one clock; tests give another. Decisions get a `now: Date` from it, never read it. */
export const CLOCK = Symbol('Clock');
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

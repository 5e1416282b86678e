/** Milliseconds of processor time that some work takes; unlike a clock it does not count what else the machine does. */
export function processorTime(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

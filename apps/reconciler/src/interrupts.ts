type Work = () => Promise<unknown>;

/** What still has to be done when the command is interrupted. */
const atInterrupt = new Set<Work>();

/** Has `work` done when the command is interrupted before the function that this returns is called. */
export function onInterrupt(work: Work): () => void {
  atInterrupt.add(work);
  return () => void atInterrupt.delete(work);
}

/** Does it, and gives up on what takes longer than this. */
export async function interrupt(longestMs: number): Promise<void> {
  const all = Promise.allSettled([...atInterrupt].map((work) => work()));
  atInterrupt.clear();
  await Promise.race([all, new Promise((resolve) => void setTimeout(resolve, longestMs))]);
}

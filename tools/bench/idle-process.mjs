// A process that does nothing, and says how late its event loop was: what the machine itself adds to every delay.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const histogram = monitorEventLoopDelay({ resolution: 10 });
histogram.enable();
process.send('ready');
process.on('message', () => {
  const [p50, p99] = [50, 99].map((which) => histogram.percentile(which) / 1e6);
  process.send({ p50, p99, max: histogram.max / 1e6 });
  process.disconnect();
});

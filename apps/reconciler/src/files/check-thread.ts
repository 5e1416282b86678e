import { parentPort, workerData } from 'node:worker_threads';
import type { Task } from './check.ts';
import { checkShare } from './check-share.ts';

parentPort?.postMessage(await checkShare(workerData as Task));

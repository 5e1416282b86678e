import { parentPort, workerData } from 'node:worker_threads';
import type { Task } from './check.ts';
import { checkShare } from './check-share.ts';

// the YAML parser looks a variable up for each token, and the environment of a process answers ten times slower than an object
process.env = { ...process.env };

const told = (files: number) => parentPort?.postMessage({ checked: files });
parentPort?.postMessage(await checkShare(workerData as Task, told));

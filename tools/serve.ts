import type { Server } from 'node:http';

/** What `node:http` and express share of listening. */
interface Listener {
  listen(port: number, host: string, done: (error?: Error) => void): Server;
}

/**
 * Serves on loopback until a signal comes or whoever started this process is gone.
 * @param what - said when it listens: what is where
 * @param close - what to close besides
 */
export function serve(listener: Listener, port: number, what: string, close?: () => void): void {
  const server = listener.listen(port, '127.0.0.1', (error) => {
    if (error) throw error;
    console.log(what);
  });
  const stop = (): void => {
    close?.();
    server.close();
    server.closeAllConnections();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  process.once('disconnect', stop);
  process.channel?.unref(); // the server alone keeps this process
}

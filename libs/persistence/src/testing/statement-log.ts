import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const BIND = 'B'.charCodeAt(0);
const QUERY = 'Q'.charCodeAt(0);

/** TEST ONLY. Stands between a process and its PostgreSQL, and notes the statements on their way (protocol 3, without TLS). */
export class StatementLog {
  /** In the order in which they came: prepared ones by their names, others by their first word. */
  readonly statements: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async before(databaseUrl: string): Promise<StatementLog> {
    const server = createServer();
    const log = new StatementLog(server, new URL(databaseUrl));
    server.on('connection', (client) => log.join(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return log;
  }

  /** Leads to the same database, through here. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** The statements that come while `work` runs. */
  async during(work: () => Promise<unknown>): Promise<readonly string[]> {
    this.statements.length = 0;
    await work();
    return [...this.statements];
  }

  /** Once every connection through here has ended. */
  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private join(client: Socket): void {
    const database = connect(Number(this.target.port), this.target.hostname);
    const messages = new MessageReader((type, body) => this.note(type, body));
    client.on('data', (bytes: Buffer) => messages.read(bytes));
    client.pipe(database).pipe(client);
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      one.on('error', () => other.destroy());
    }
  }

  private note(type: number, body: Buffer): void {
    if (type === BIND) {
      const [, statement = ''] = body.toString('latin1').split('\0', 2);
      this.statements.push(statement);
    } else if (type === QUERY) this.statements.push(/\w+/.exec(body.toString('latin1'))?.[0] ?? '');
  }
}

/** Takes what a client sends apart: a start-up message without a type, then messages of a type, a length and a body. */
class MessageReader {
  private pending = Buffer.alloc(0);
  private isStarted = false;

  constructor(private readonly found: (type: number, body: Buffer) => void) {}

  read(bytes: Buffer): void {
    this.pending = Buffer.concat([this.pending, bytes]);
    for (;;) {
      const lengthAt = this.isStarted ? 1 : 0;
      if (this.pending.length < lengthAt + 4) return;
      const end = lengthAt + this.pending.readInt32BE(lengthAt);
      if (this.pending.length < end) return;
      if (this.isStarted) this.found(this.pending[0] ?? 0, this.pending.subarray(5, end));
      this.isStarted = true;
      this.pending = this.pending.subarray(end);
    }
  }
}

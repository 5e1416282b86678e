import pg from 'pg';
import { MAIL_CHANNEL } from '../mails/statements.ts';

/** Sent by every change of an organization, with its id as payload; delivered when the change commits. */
const ORGANIZATION_CHANNEL = 'rolecall_organization';

const RETRY_MS = { first: 200, most: 10_000 };

/**
 * Listens for changed organizations and queued mails on a connection of its own. A lost connection is opened again; `onGap` is called each
 * time that changes may have been missed.
 */
export class ChangeListener {
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #retryMs = RETRY_MS.first;
  readonly #mailListeners = new Set<() => void>();

  constructor(
    private readonly url: string,
    private readonly applicationName: string,
    private readonly on: { readonly change: (organizationId: string) => void; readonly gap: () => void },
  ) {}

  /** Resolves when it listens; when the database is away now, it goes on trying in the background. */
  async start(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: `${this.applicationName}-listen`,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    this.#client = client;
    let lost = false;
    const onLoss = () => {
      if (lost) return;
      lost = true;
      client.end().catch(() => undefined);
      this.retryLater();
    };
    client.on('error', onLoss);
    client.on('end', onLoss);
    client.on('notification', ({ channel, payload }) => {
      if (channel === MAIL_CHANNEL) this.tellOfMail();
      else if (payload) this.on.change(payload);
    });
    try {
      await client.connect();
      await client.query(`listen ${ORGANIZATION_CHANNEL}; listen ${MAIL_CHANNEL}`);
      this.#retryMs = RETRY_MS.first;
      this.on.gap();
      this.tellOfMail();
    } catch {
      onLoss();
    }
  }

  /** Calls `queued` when somebody has queued mails, and when that may have been missed. Returns what ends it. */
  onMail(queued: () => void): () => void {
    this.#mailListeners.add(queued);
    return () => void this.#mailListeners.delete(queued);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  private tellOfMail(): void {
    for (const queued of this.#mailListeners) queued();
  }

  private retryLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.start(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.most);
  }
}

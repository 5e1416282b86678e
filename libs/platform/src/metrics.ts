import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * The measurements of one app, served at `/metrics`. Labels have few values: never a user or a raw URL, and an organization with
 * `gaugeOf` alone, where not everybody can read it.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;

  /** @param app becomes the label `app` of every series. */
  constructor(app: string) {
    this.#registry.setDefaultLabels({ app });
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the request to the end of the response, by route pattern',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [this.#registry],
    });
  }

  /** A counter of the app's own, such as `rolecall_logins_total{outcome,code}`. Make it once, at the start. */
  counter<const L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  /**
   * A gauge whose values are read when somebody asks for the metrics. Make it once, at the start.
   * @param read values by label value; when it fails, the gauge shows the last ones
   */
  gauge<const L extends string>(
    name: string,
    help: string,
    label: L,
    read: () => Promise<Readonly<Record<string, number>>>,
  ): void {
    void new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      async collect() {
        const values = await read().catch(() => ({}));
        for (const [value, count] of Object.entries(values)) this.set({ [label]: value } as Record<L, string>, count);
      },
    });
  }

  /**
   * A gauge whose series, labels included, are read when somebody asks for the metrics; what is no longer read is gone. The one
   * place where a label may name an organization: the reader must bound how many series there are, and make it only where `/metrics`
   * asks for a token or listens on loopback. When it fails, there are none.
   */
  gaugeOf<const L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: () => Promise<readonly { readonly labels: Readonly<Record<L, string>>; readonly value: number }[]>,
  ): void {
    void new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      async collect() {
        const series = await read().catch(() => []);
        this.reset();
        for (const { labels, value } of series) this.set(labels, value);
      },
    });
  }

  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void {
    const { method, route, status } = request;
    this.#requests.observe({ method, route, status: String(status) }, request.seconds);
  }

  /** The text of the Prometheus exposition format, version 0.0.4. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }
}

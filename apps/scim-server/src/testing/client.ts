import { request } from 'node:http';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Empty unless the text is a JSON object. */
  readonly json: T;
}

export interface Sent {
  /** undefined takes a header away that is sent otherwise. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Sent as it is; anything else than a text as JSON. */
  readonly body?: unknown;
}

/** An identity provider as far as HTTP goes: sends paths and bodies exactly as given, which `fetch` would tidy up. */
export class Client {
  constructor(
    private readonly port: number,
    private readonly token: string | undefined,
  ) {}

  with(token: string | undefined): Client {
    return new Client(this.port, token);
  }

  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    { headers = {}, body }: Sent = {},
  ): Promise<Answer<T>> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const all = {
      ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
      ...(text !== undefined && {
        'content-type': 'application/scim+json',
        'content-length': String(Buffer.byteLength(text)),
      }),
      ...headers,
    };
    const defined = Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined);
    const options = {
      port: this.port,
      host: '127.0.0.1',
      method,
      path: path.startsWith('/') ? path : `/scim/v2/${path}`,
    };
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, headers: Object.fromEntries(defined), agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answered = Buffer.concat(chunks).toString();
          const json = (answered.startsWith('{') ? JSON.parse(answered) : {}) as T;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answered, json });
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  get<T = Record<string, unknown>>(path: string, headers?: Sent['headers']): Promise<Answer<T>> {
    return this.call<T>('GET', path, { headers });
  }

  post<T = Record<string, unknown>>(path: string, body: unknown, headers?: Sent['headers']): Promise<Answer<T>> {
    return this.call<T>('POST', path, { headers, body });
  }

  put<T = Record<string, unknown>>(path: string, body: unknown, headers?: Sent['headers']): Promise<Answer<T>> {
    return this.call<T>('PUT', path, { headers, body });
  }

  patch<T = Record<string, unknown>>(path: string, body: unknown, headers?: Sent['headers']): Promise<Answer<T>> {
    return this.call<T>('PATCH', path, { headers, body });
  }

  delete(path: string, headers?: Sent['headers']): Promise<Answer> {
    return this.call('DELETE', path, { headers });
  }
}

const BASE = '/scim/v2';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** What a client knows of a user: undefined = not there. */
interface UserState {
  readonly title: string;
  readonly active: boolean;
  readonly inGroup: boolean;
}

/** One user, as it was acknowledged last, and as it is if the request that was cut off was done. */
interface Tracked {
  readonly userName: string;
  id: string | undefined;
  known: UserState | undefined;
  /** Absent when no answer is missing. */
  pending?: { readonly state: UserState | undefined };
}

type Resource = Readonly<Record<string, unknown>>;

/** Clients that write users and a shared group and note what was acknowledged, until the server is gone. */
export class ScimLoad {
  readonly #token: string;
  readonly #name: string;
  readonly #users: Tracked[] = [];
  readonly #refusals = new Set<string>();
  #acknowledged = 0;
  #waiting: { readonly wanted: number; readonly resolve: () => void } | undefined;
  #group = '';

  constructor(token: string, name: string) {
    this.#token = token;
    this.#name = name;
  }

  /** Each client works until a request of it isn't answered with success. */
  async run(address: string, clients: number): Promise<void> {
    const made = await this.#send(address, 'POST', '/Groups', { schemas: [GROUP], displayName: `Team ${this.#name}` });
    this.#group = String(made?.body['id']);
    await Promise.all(Array.from({ length: clients }, (_, client) => this.#work(address, client)));
  }

  /** Resolves when so many writes were acknowledged. */
  acknowledged(wanted: number): Promise<void> {
    return new Promise((resolve) => (this.#waiting = { wanted, resolve }));
  }

  /** Statuses other than success, and `cut off` left out. */
  refusals(): readonly string[] {
    return [...this.#refusals].sort();
  }

  /** What is not as it was acknowledged, nor as the request that was cut off would have made it. */
  async losses(address: string): Promise<readonly string[]> {
    const lost: string[] = [];
    for (const user of this.#users) {
      const now = await this.#read(address, user);
      const allowed = [user.known, ...(user.pending ? [user.pending.state] : [])].map(text);
      if (!allowed.includes(text(now))) lost.push(`${user.userName}: ${text(now)}, not ${allowed.join(' or ')}`);
    }
    return lost;
  }

  async #work(address: string, client: number): Promise<void> {
    for (let n = 0; ; n += 1) {
      const user: Tracked = { userName: `${this.#name}-${client}-${n}@acme.example`, id: undefined, known: undefined };
      this.#users.push(user);
      const path = () => `/Users/${user.id}`;
      const first = { title: 'first', active: true, inGroup: false };
      const body = { schemas: [USER], userName: user.userName, title: 'first', emails: [{ value: user.userName }] };
      if (!(await this.#change(address, user, first, 'POST', '/Users', body))) return;
      const second = { ...first, title: 'second' };
      if (!(await this.#change(address, user, second, 'PATCH', path(), patch('title', 'second')))) return;
      const member = { ...second, inGroup: true };
      const join = patch('members', [{ value: user.id }], 'add');
      if (!(await this.#change(address, user, member, 'PATCH', `/Groups/${this.#group}`, join))) return;
      const gone = { ...member, active: false };
      if (n % 3 === 1 && !(await this.#change(address, user, gone, 'PATCH', path(), patch('active', false)))) return;
      if (n % 3 === 2 && !(await this.#change(address, user, undefined, 'DELETE', path()))) return;
    }
  }

  /** One write; false = there was no success. */
  async #change(
    address: string,
    user: Tracked,
    state: UserState | undefined,
    ...request: [method: string, path: string, body?: Resource]
  ): Promise<boolean> {
    user.pending = { state };
    const answer = await this.#send(address, ...request);
    if (!answer) return false;
    user.known = state;
    delete user.pending;
    user.id ??= String(answer.body['id']);
    this.#acknowledged += 1;
    if (this.#waiting && this.#acknowledged >= this.#waiting.wanted) this.#waiting.resolve();
    return true;
  }

  async #read(address: string, { userName }: Tracked): Promise<UserState | undefined> {
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    const answer = await this.#send(address, 'GET', `/Users?filter=${filter}`);
    const [found, another] = (answer?.body['Resources'] ?? []) as Resource[];
    if (another) throw new Error(`${userName} is there twice`);
    if (!found) return undefined;
    const { title, active, groups } = found;
    return { title: String(title), active: active === true, inGroup: Array.isArray(groups) && groups.length === 1 };
  }

  /** The answer; undefined when it was none or no success. */
  async #send(address: string, method: string, path: string, body?: Resource) {
    try {
      const response = await fetch(`${address}${BASE}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/scim+json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      const said = await response.text();
      if (!response.ok) this.#refusals.add(String(response.status));
      return response.ok ? { body: (said === '' ? {} : JSON.parse(said)) as Resource } : undefined;
    } catch {
      return undefined; // cut off: it may have been done or not
    }
  }
}

function patch(path: string, value: unknown, op = 'replace'): Resource {
  return { schemas: [PATCH_OP], Operations: [{ op, path, value }] };
}

function text(state: UserState | undefined): string {
  return state === undefined ? 'absent' : JSON.stringify(state);
}

/** A person of the demo identity provider. */
export interface DemoPerson {
  readonly email: string;
  readonly name: string;
  readonly company: string;
  /** What signing in as this person shows of `config-examples/`. */
  readonly shows: string;
  /** What the identity provider says of the person; several values become several `AttributeValue`s. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

function person(
  name: string,
  email: string,
  company: string,
  shows: string,
  attributes: Readonly<Record<string, readonly string[]>>,
): DemoPerson {
  const [firstName = name, lastName = ''] = name.split(' ');
  const profile = { email: [email], firstName: [firstName], lastName: [lastName], displayName: [name] };
  return { email, name, company, shows, attributes: { ...profile, ...attributes } };
}

const PEOPLE: readonly DemoPerson[] = [
  person(
    'Eve Engineer',
    'eve@acme.com',
    'Acme Corp',
    'An engineer: the mapping role “engineering” gives campaign-creator.',
    {
      role_mapping: ['engineering'],
      department: ['Engineering'],
      groups: ['engineering'],
    },
  ),
  person(
    'Ida Admin',
    'ida@acme.com',
    'Acme Corp',
    'An administrator: a rule on the group “acme-admins” adds sso_admin.',
    {
      role_mapping: ['engineering'],
      department: ['Engineering'],
      groups: ['acme-admins', 'engineering'],
    },
  ),
  person('Vic Support', 'vic@acme.com', 'Acme Corp', 'A support agent: a CEL rule adds the group inbox/vip.', {
    role_mapping: ['support'],
    department: ['Support'],
    groups: ['vip'],
  }),
  person(
    'Mo Marketing',
    'mo@acme.com',
    'Acme Corp',
    'Refused: nothing maps “marketing”, and the page says whom to ask.',
    {
      role_mapping: ['marketing'],
    },
  ),
  person(
    'Gus Sales',
    'gus@globex.com',
    'Globex',
    'Another organization: a rule on the department “Sales” gives deal-owner.',
    {
      department: ['Sales'],
      groups: ['sales'],
    },
  ),
  person(
    'Una Newcomer',
    'una@umbrella.example',
    'Umbrella',
    'Of no organization yet: write one for her company, and try it with rolecall test-sso.',
    {
      role_mapping: ['engineering'],
    },
  ),
];

/** The people as they are now; changes last until the process ends. */
export class People {
  readonly #people = new Map(PEOPLE.map((each) => [each.email, each]));

  all(): readonly DemoPerson[] {
    return [...this.#people.values()];
  }

  find(email: unknown): DemoPerson | undefined {
    return typeof email === 'string' ? this.#people.get(email) : undefined;
  }

  /** Replaces the named attributes; an empty list removes one. */
  change(email: unknown, attributes: Readonly<Record<string, readonly string[]>>): DemoPerson | undefined {
    const before = this.find(email);
    if (!before) return undefined;
    const merged = Object.entries({ ...before.attributes, ...attributes }).filter(([, values]) => values.length > 0);
    const after = { ...before, attributes: Object.fromEntries(merged) };
    this.#people.set(after.email, after);
    return after;
  }
}

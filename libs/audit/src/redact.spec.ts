import fc from 'fast-check';
import { AUDIT_EVENT_TYPES, EVENT_CATALOGUE, EVENT_LIMITS, redact, type AuditEvent } from './index.ts';

function event(more: Partial<AuditEvent>): AuditEvent {
  return {
    type: 'grants.changed',
    at: new Date('2026-01-15T12:00:00Z'),
    actor: { kind: 'user', id: 'user-1' },
    subject: 'user-1',
    data: {},
    ...more,
  };
}

const dataOf = (data: AuditEvent['data'], type: AuditEvent['type'] = 'grants.changed') =>
  redact(event({ type, data })).data;

describe('redact', () => {
  it('keeps what the catalogue lists, and nothing else', () => {
    const granted = [{ scope: 'account/main', role: 'member', email: 'eve@acme.com', nested: { token: 't' } }];
    expect(dataOf({ revision: 3, granted, email: 'eve@acme.com', SAMLResponse: 'PHNhbWw', token: 'rct_1' })).toEqual({
      revision: 3,
      granted: [{ scope: 'account/main', role: 'member' }],
    });
  });

  it.each<[string, AuditEvent['type'], Record<string, unknown>]>([
    ['an object for a text', 'login.refused', { code: { secret: 1 } }],
    ['a text for a number', 'login.succeeded', { revision: 'rct_secret' }],
    ['not a number', 'login.succeeded', { revision: NaN }],
    ['a text for a list', 'groups.changed', { joined: 'inbox/vip' }],
    ['a text for a flag', 'organization.updated', { released: 'yes' }],
    ['a key of the prototype', 'login.refused', Object.create({ code: 'inherited' }) as Record<string, unknown>],
  ])('drops %s', (_, type, data) => {
    expect(dataOf(data, type)).toEqual({});
  });

  it.each(['organization.updated', 'organization.overridden', 'organization.override_ended'] as const)(
    'keeps of a pointer in %s no address of a person',
    (type) => {
      const [own, rest] = ['/spec/login/exemptions', '/spec/login/enforceSso'];
      const paths = [`${own}/eve@acme.com`, rest, `${own}/bob@acme.com/until`, `${own}/a\nb@acme.com`];
      expect(dataOf({ paths }, type)).toEqual({ paths: [own, rest] });
    },
  );

  it('drops elements of another shape from lists', () => {
    expect(dataOf({ joined: ['a', 1, { b: 1 }, null, 'c'] }, 'groups.changed')).toEqual({ joined: ['a', 'c'] });
    expect(dataOf({ granted: [null, 'x', { scope: ['account/main'], role: 'member' }] })).toEqual({
      granted: [{ role: 'member' }],
    });
  });

  it.each([
    ['a line break', 'x\r\n2026 login.succeeded', 'x\\u{000d}\\u{000a}2026 login.succeeded'],
    ['a terminal escape', '\u001b[2J', '\\u{001b}[2J'],
    ['a C1 control', '\u009b2J', '\\u{009b}2J'],
    ['a bidirectional override', 'a\u202enimda', 'a\\u{202e}nimda'],
    ['bidirectional isolates', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['what has no width', 'ad\u200bmin\ufeff', 'ad\\u{200b}min\\u{feff}'],
    ['line and paragraph separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['NUL, which PostgreSQL cannot hold', '\u0000', '\\u{0000}'],
    ['a lone surrogate', 'a\ud800', 'a\ufffd'],
    ['tag characters', '\u{e0041}', '\\u{e0041}'],
  ])('encodes %s wherever a text stands', (_, text, encoded) => {
    const redacted = redact(
      event({
        type: 'login.refused',
        actor: { kind: 'token', id: text },
        subject: text,
        data: { code: text },
        traceId: text,
      }),
    );
    expect(redacted).toMatchObject({
      actor: { id: encoded },
      subject: encoded,
      data: { code: encoded },
      traceId: encoded,
    });
    expect(dataOf({ joined: [text] }, 'groups.changed')).toEqual({ joined: [encoded] });
    expect(dataOf({ granted: [{ scope: text, role: text }] })).toEqual({
      granted: [{ scope: encoded, role: encoded }],
    });
  });

  it('keeps the commitment to the client, and no client', () => {
    const origin = 'ab'.repeat(32);
    const client = { address: '192.0.2.7', salt: '00'.repeat(16) };
    const redacted = redact({ ...event({}), origin, client } as AuditEvent);
    expect(redacted.origin).toBe(origin);
    expect(JSON.stringify(redacted)).not.toContain('192.0.2.7');
  });

  it('keeps ordinary letters of every script', () => {
    const text = 'Ünïcödé 日本語 שלום \\ " <b>';
    expect(redact(event({ subject: text })).subject).toBe(text);
  });

  it('cuts long texts and long lists, and names the lists', () => {
    const { subject } = redact(event({ subject: 'x'.repeat(100_000) }));
    expect(subject).toBe(`${'x'.repeat(EVENT_LIMITS.text - 1)}…`);
    const many = Array.from({ length: EVENT_LIMITS.list + 1 }, (_, place) => `g${place}`);
    expect(dataOf({ joined: many, left: ['a'] }, 'groups.changed')).toEqual({
      joined: many.slice(0, EVENT_LIMITS.list),
      left: ['a'],
      cut: ['joined'],
    });
  });

  it('changes nothing the second time, and fits the bounds', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 800 }),
      fc.string({ unit: fc.constantFrom('\n', 'a', '😀'), minLength: 400 }),
    );
    const data = fc.dictionary(
      fc.constantFrom('code', 'identityProvider', 'joined', 'granted', 'revision', 'cut', 'paths', '__proto__'),
      fc.oneof(
        text,
        fc.array(text, { maxLength: 3 }),
        fc.jsonValue(),
        fc.array(fc.record({ scope: text, role: text })),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...AUDIT_EVENT_TYPES), data, text, (type, given, subject) => {
        const once = redact(event({ type, data: given, subject }));
        expect(redact(once)).toEqual(once);
        expect(once.subject.length).toBeLessThanOrEqual(EVENT_LIMITS.text);
        expect(JSON.stringify(once)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(Object.keys(once.data)).toEqual(
          Object.keys(once.data).filter((key) => key === 'cut' || Object.hasOwn(EVENT_CATALOGUE[type].data, key)),
        );
      }),
    );
  });
});

describe('EVENT_CATALOGUE', () => {
  it.each(AUDIT_EVENT_TYPES)('describes %s and every key of its data', (type) => {
    const { description, subject, data } = EVENT_CATALOGUE[type];
    for (const text of [description, subject, ...Object.values(data).map((key) => key.description)])
      expect(text).toMatch(/\w/);
    expect(Object.keys(data)).not.toContain('cut');
  });

  it('has no key for what must never be recorded', () => {
    const keys = Object.values(EVENT_CATALOGUE).flatMap(({ data }) => Object.keys(data));
    expect(
      keys.filter((key) =>
        /mail|token|secret|password|assertion|facts|value|givenName|familyName|displayName/i.test(key),
      ),
    ).toEqual([]);
  });
});

import fc from 'fast-check';
import {
  checkFactLimits,
  DIRECTORY_FACT_LIMITS,
  FACT_LIMITS,
  factsFromJson,
  FactsError,
  factsToJson,
  nameFacts,
  type Facts,
  type FactsJson,
} from './index.ts';

const facts = (json: FactsJson): Facts => factsFromJson(json);

describe('facts in JSON', () => {
  const name = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', '', '1', 'groups'), fc.string());

  it('come back as they were, whatever the attributes are called', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.array(fc.string()))), (entries) => {
        const before: Facts = new Map(entries);
        const stored = JSON.stringify(factsToJson(before));
        const after = factsFromJson(JSON.parse(stored) as FactsJson);
        expect(after).toEqual(before);
      }),
    );
  });

  it('keep `__proto__` as a name and change no prototype', () => {
    const read = factsFromJson(JSON.parse('{"__proto__": ["admin"], "constructor": "x"}') as FactsJson);
    expect([...read]).toEqual([
      ['__proto__', ['admin']],
      ['constructor', ['x']],
    ]);
    const json = factsToJson(read);
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
    expect(JSON.stringify(json)).toBe('{"__proto__":["admin"],"constructor":["x"]}');
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('tell an absent attribute from an empty one', () => {
    expect(factsFromJson({ groups: [] }).get('groups')).toEqual([]);
    expect(factsFromJson({}).get('groups')).toBeUndefined();
  });
});

describe('nameFacts', () => {
  it('lays the named attributes over the profile fields and keeps the rest', () => {
    const raw = facts({ mail: ['a@acme.com', 'b@acme.com'], email: 'old@acme.com', groups: 'x' });
    expect([...nameFacts(raw, { email: 'mail' })]).toEqual([
      ['mail', ['a@acme.com', 'b@acme.com']],
      ['email', ['a@acme.com', 'b@acme.com']],
      ['groups', ['x']],
    ]);
    expect(raw.get('email')).toEqual(['old@acme.com']);
  });

  it('leaves a field whose attribute is absent as the facts say it, and one that is empty empty', () => {
    const raw = facts({ email: 'from@name.id', sn: [], familyName: 'Ng' });
    const named = nameFacts(raw, { email: 'mail', familyName: 'sn', givenName: '__proto__' });
    expect(named.get('email')).toEqual(['from@name.id']);
    expect(named.get('familyName')).toEqual([]);
    expect(named.has('givenName')).toBe(false);
  });

  it('can swap two attributes', () => {
    const named = nameFacts(facts({ givenName: 'Ng', familyName: 'Eve' }), {
      givenName: 'familyName',
      familyName: 'givenName',
    });
    expect(named.get('givenName')).toEqual(['Eve']);
    expect(named.get('familyName')).toEqual(['Ng']);
  });
});

describe('checkFactLimits', () => {
  const { attributes, values, valueLength, nameLength, totalLength } = FACT_LIMITS;
  const many = (count: number, length = 1): string[] => Array.from({ length: count }, () => 'x'.repeat(length));
  const named = (count: number, said: string[]): Facts =>
    new Map(Array.from({ length: count }, (_, place) => [`a${place}`, said] as const));

  it.each<[string, Facts]>([
    ['too_many_attributes', named(attributes + 1, [])],
    ['too_many_values', facts({ groups: many(values), more: 'x' })],
    ['attribute_name_too_long', facts({ ['n'.repeat(nameLength + 1)]: [] })],
    ['value_too_long', facts({ groups: ['x'.repeat(valueLength + 1)] })],
    ['facts_too_large', facts({ groups: many(totalLength / valueLength, valueLength), more: 'x' })],
  ])('refuses %s', (code, tooMuch) => {
    const check = () => checkFactLimits(tooMuch);
    expect(check).toThrow(FactsError);
    expect(check).toThrow(expect.objectContaining({ code }));
  });

  it.each<[string, Facts]>([
    ['attributes', named(attributes, [])],
    ['values', facts({ groups: many(values) })],
    ['characters of a value and a name', facts({ ['n'.repeat(nameLength)]: ['x'.repeat(valueLength)] })],
  ])('accepts as many %s as the bound says', (_, most) => {
    expect(() => checkFactLimits(most)).not.toThrow();
  });

  it('lets a directory say more attributes, since each account is one', () => {
    expect(() => checkFactLimits(named(2_000, []), DIRECTORY_FACT_LIMITS)).not.toThrow();
    expect(() => checkFactLimits(named(2_001, []), DIRECTORY_FACT_LIMITS)).toThrow(FactsError);
  });

  it('never repeats a value in the message', () => {
    expect(() => checkFactLimits(facts({ groups: ['secret'.repeat(valueLength)] }))).toThrow(/^(?!.*secret)/s);
  });
});

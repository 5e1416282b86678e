import { onceEach } from './once-each.ts';

describe('onceEach', () => {
  const counted = () => {
    const asked: string[] = [];
    const check = onceEach((xml) => {
      asked.push(xml);
      return xml.startsWith('bad') ? [{ code: 'bad', message: xml }] : [];
    });
    return { asked, check };
  };

  it('asks once for each text, whatever the answer is', () => {
    const { asked, check } = counted();
    for (const xml of ['good', 'bad', 'good', 'bad 2', 'bad']) {
      expect(check(xml)).toEqual(xml.startsWith('bad') ? [{ code: 'bad', message: xml }] : []);
    }
    expect(asked).toEqual(['good', 'bad', 'bad 2']);
  });

  it('asks anew for another entity of the same text', () => {
    const check = onceEach((_xml, entityId) => [{ code: 'bad', message: entityId ?? 'none' }]);
    const messages = [undefined, 'one', 'two', 'one'].map((entityId) => check('xml', entityId)[0]?.message);
    expect(messages).toEqual(['none', 'one', 'two', 'one']);
  });

  it('remembers no more than a hundred, and answers the others all the same', () => {
    const { asked, check } = counted();
    const texts = Array.from({ length: 150 }, (_, index) => `bad ${index}`);
    for (const xml of [...texts, ...texts]) expect(check(xml)).toEqual([{ code: 'bad', message: xml }]);
    expect(asked).toHaveLength(200);
  });
});

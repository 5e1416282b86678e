import { operatorEntry } from '@rolecall/platform/guidance';
import { KNOWN_CODES, sentenceOf, sentenceOfStatus } from './sentences.ts';

describe('the catalogue of sentences', () => {
  it.each(KNOWN_CODES)('%s has one sentence for the user, without internals', (code) => {
    const { status, title, sentence } = sentenceOf(code);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(sentence).toMatch(/^[A-Z][^<>{}]{20,160}\.$/);
    expect(title.length).toBeGreaterThan(5);
    expect(`${title} ${sentence}`).not.toMatch(/SAML|XML|assertion|signature|database|attribute|role_mapping/i);
  });

  it.each(KNOWN_CODES)('%s has one for the operator in @rolecall/platform/guidance', (code) => {
    expect(operatorEntry(code)).toBeDefined();
  });

  it('says the same for every refused SAML message', () => {
    const sentences = ['signature_invalid', 'audience_mismatch', 'xml_malformed', 'metadata_expired'].map(
      (code) => sentenceOf(code).sentence,
    );
    expect(new Set(sentences).size).toBe(1);
  });

  it('says nothing of what it does not know', () => {
    expect(sentenceOf('constructor')).toEqual(sentenceOf('internal_error'));
    expect(sentenceOfStatus('body_too_large', 413)).toMatchObject({ status: 413, title: 'Request refused' });
    expect(sentenceOfStatus('whatever', 500)).toEqual(sentenceOf('internal_error'));
  });
});

import { ERROR_CODES, operatorEntry } from '@rolecall/platform/guidance';
import { recoveryWords, repairRefused } from './recovery-words.ts';

/** Commands, their options, variables, and keys of the document: a recovery admin has none of them. */
const OF_OPERATORS =
  /`|\brolecall\b|--\w|flow record|ROLECALL_|\b[a-z]+\.[a-z]|\b[a-z]+[A-Z]\w*:|\bemailDomains\b|\bserviceProviderKeys\b/;

describe('What a recovery admin reads of a refusal', () => {
  it.each(ERROR_CODES)('is nothing of files and commands: %s', (code) => {
    const words = recoveryWords(code);
    expect(words).toMatch(/^[A-Z].*\.$/s);
    expect(words).not.toMatch(OF_OPERATORS);
  });

  it('is who must act, where that is the platform team alone', () => {
    expect(operatorEntry('discovery_no_end_session')?.mustAct).toBe('platform');
    expect(recoveryWords('discovery_no_end_session')).toContain('Whoever keeps the configuration must act');
    expect(recoveryWords('signature_invalid')).toContain('replace the metadata here');
  });

  it('is nothing of a code that nobody knows', () => {
    expect([recoveryWords('toString'), recoveryWords('of_tomorrow')]).toEqual([undefined, undefined]);
  });
});

describe('Why a repair was refused', () => {
  it.each([
    ['replace_needs_consent', 'acme: 3 users are linked to it; say that this is meant with --allow-replace.'],
    ['sso_not_tested', 'Keep it until "rolecall test-sso acme okta" succeeded.'],
    ['of_tomorrow', 'Look at `rolecall idps`.'],
    ['of_tomorrow', 'Set spec.login.enforceSso first.'],
    ['of_tomorrow', 'Allow it by ROLECALL_OUTBOUND_ALLOW.'],
  ])('quotes no command: %s', (code, words) => {
    const said = repairRefused([code], words);
    expect(said).toMatch(/^[A-Z].*\.$/s);
    expect(said).not.toMatch(OF_OPERATORS);
  });

  it('quotes what is wrong with what was pasted', () => {
    const words = 'The metadata has no SingleSignOnService; paste all of it.';
    expect(repairRefused(['configuration_invalid', 'toString'], words)).toBe(words);
  });
});

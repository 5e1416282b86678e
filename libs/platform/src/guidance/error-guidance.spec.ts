import { OIDC_ERROR_CODES } from '@rolecall/oidc';
import { SAML_ERROR_CODES } from '@rolecall/saml';
import {
  ERROR_CODES,
  errorGuidance,
  menuOf,
  operatorEntry,
  TOPIC_OF_CODE,
  TOPICS,
  VENDOR_FACTS,
  VENDORS,
} from './index.ts';

it('has every code of the libraries', () => {
  expect(ERROR_CODES).toEqual(
    expect.arrayContaining([...Object.keys(SAML_ERROR_CODES), ...Object.keys(OIDC_ERROR_CODES)]),
  );
});

it.each(ERROR_CODES)('%s says who must act and what to do', (code) => {
  const { mustAct, sentence } = operatorEntry(code) ?? {};
  expect(['platform', 'customer', 'user']).toContain(mustAct);
  expect(sentence).toMatch(/^[A-Z].{15,200}\.$/);
});

it.each(Object.entries(TOPIC_OF_CODE))('%s is a code, and is about the %s', (code, topic) => {
  expect(ERROR_CODES).toContain(code);
  expect(TOPICS).toContain(topic);
});

it.each(VENDORS)('%s has a menu for everything that an error can be about', (vendor) => {
  const facts = VENDOR_FACTS[vendor];
  expect(facts.vendor).toBe(vendor);
  for (const topic of TOPICS) expect(facts.menus[topic]).toMatch(/^\S.{8,180}\S$/);
  for (const menu of Object.values(facts.oidcMenus ?? {})) expect(menu).toMatch(/^\S.{8,180}\S$/);
});

it('names the menu of the vendor', () => {
  expect(errorGuidance('audience_mismatch', 'okta', 'saml')).toEqual({
    mustAct: 'customer',
    sentence: SAML_ERROR_CODES.audience_mismatch.sentence,
    menu: 'Okta Admin > Applications > <app> > General > SAML Settings > Edit > Audience URI (SP Entity ID)',
    guide: 'docs/guides/okta.md',
  });
  expect(errorGuidance('unmatched_role', 'okta', 'oidc')?.menu).toContain('Group claims');
  expect(errorGuidance('unmatched_role', 'okta', 'saml')?.menu).toContain('Group Attribute Statements');
  expect(errorGuidance('id_token_expired', 'generic', 'oidc')).toMatchObject({
    menu: undefined,
    guide: 'docs/guides/generic-oidc.md',
  });
});

it('knows nothing of what is no code', () => {
  expect(errorGuidance('constructor', 'okta', 'saml')).toBeUndefined();
  expect(menuOf('constructor', 'okta', 'saml')).toBeUndefined();
});

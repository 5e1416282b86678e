import type { Area } from '../area.ts';
import { SamlResponseStrategy } from './saml-response.strategy.ts';
import { SamlController } from './saml.controller.ts';
import { UnknownKeys } from './unknown-keys.ts';

/** The SAML service provider. */
export const SAML: Area = {
  controllers: [SamlController],
  providers: [UnknownKeys, SamlResponseStrategy],
  doors: { answer: ['saml/:org/:idp/acs'] },
  forms: { '400kb': ['saml/:org/:idp/acs'] },
};

export { ERROR_CODES, errorGuidance, guideOf, menuOf, operatorEntry, type ErrorGuidance } from './error-guidance.ts';
export { GATEWAY_ERROR_CODES, type OperatorEntry } from './gateway-codes.ts';
export { guidanceDocs } from './publish.ts';
export { documentYaml, identityProviderYaml, type Protocol } from './snippet.ts';
export { TOPIC_OF_CODE } from './topics.ts';
export { detectVendor, isVendor, VENDORS, type Vendor, type VendorHints } from './vendor.ts';
export {
  type AttributeFact,
  type OidcFacts,
  type SamlFacts,
  type ScimAttributeFact,
  type ScimFacts,
  type SetupField,
  type SetupStep,
  type SetupValue,
  TOPICS,
  type Topic,
  type VendorFacts,
} from './vendors/facts.ts';
export { VENDOR_FACTS } from './vendors/index.ts';

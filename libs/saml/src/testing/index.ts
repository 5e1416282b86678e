export {
  oneTimeStoreContract,
  type OneTimeStoreConnections,
  type OneTimeStoreUnderTest,
  type PendingRequest,
} from './one-time-store-contract.ts';
export { encryptXml, type EncryptOptions } from './encrypt-xml.ts';
export { RSA_SHA256, signXml, type SignOptions } from './sign-xml.ts';
export { TestIdp, type TestIdpOptions, type TestResponse } from './test-idp.ts';
export { logoutForm, logoutQuery, type TestLogout } from './test-logout.ts';
export { TestMetadataHost } from './test-metadata-host.ts';
export {
  TEST_EC_KEY,
  TEST_EC_P384_KEY,
  TEST_ED25519_KEY,
  TEST_EXPIRED_KEY,
  TEST_IDP_KEY,
  TEST_OTHER_KEY,
  TEST_SP_KEY,
  TEST_SP_NEXT_KEY,
  TEST_WEAK_KEY,
} from './test-keys.ts';

import { routingTables } from './20261121T01-routing-tables.ts';
import { organizationTables } from './20261121T02-organization-tables.ts';
import { rowLevelSecurity } from './20261121T03-row-level-security.ts';
import { functions } from './20261121T04-functions.ts';
import { enabledIdentityProviders } from './20261122T01-enabled-identity-providers.ts';
import { ownerFunctions } from './20261122T02-owner-functions.ts';
import { sessionCheckAsJson } from './20261122T03-session-check-as-json.ts';
import { refusedFlows } from './20261122T10-refused-flows.ts';
import { tokensOnlyEnd } from './20261122T11-tokens-only-end.ts';
import { writeAtTheEnd } from './20261122T12-write-at-the-end.ts';
import { openIdConnect } from './20261122T20-openid-connect.ts';
import { serviceProviderKeys } from './20261122T30-service-provider-keys.ts';
import { metadataRefresh } from './20261122T31-metadata-refresh.ts';
import { singleLogout } from './20261122T32-single-logout.ts';
import { oidcLoginPinned } from './20261122T33-oidc-login-pinned.ts';
import { oidcPostedAnswers } from './20261122T33-oidc-posted-answers.ts';
import { issuerRoutes } from './20261122T34-issuer-routes.ts';
import { verifiedDomains } from './20261122T34-verified-domains.ts';
import { unsolicitedLogins } from './20261122T35-unsolicited-logins.ts';
import { flowVendor } from './20261122T36-flow-vendor.ts';
import { ssoTests } from './20261122T36-sso-tests.ts';
import { storeLogin } from './20261122T37-store-login.ts';
import { directoryGroups } from './20261122T40-directory-groups.ts';
import { directoryOffboarding } from './20261122T40-directory-offboarding.ts';
import { directoryUsers } from './20261122T40-directory-users.ts';
import { directory } from './20261122T40-directory.ts';
import { directoryTokens } from './20261122T41-directory-tokens.ts';
import { directorySearch } from './20261122T42-directory-search.ts';
import { invitedUsers } from './20261122T43-invited-users.ts';
import { directoryLogins } from './20261122T43-recorded-directory-logins.ts';
import { directoryRotations } from './20261122T48-directory-rotations.ts';
import { requestsOfTheLiving } from './20261122T49-requests-of-the-living.ts';
import { directoryTokensAnnounced } from './20261122T50-directory-tokens-announced.ts';
import { directoryLockTimeout } from './20261122T51-directory-lock-timeout.ts';
import { heldAdoptions } from './20261122T51-held-adoptions.ts';
import { keptAdministrators } from './20261122T51-kept-administrators.ts';
import { fewerRoundTrips } from './20261122T60-fewer-round-trips.ts';
import { addressesByIndex } from './20261122T61-addresses-by-index.ts';
import { directoryChanges } from './20261122T61-directory-changes.ts';
import { membersInOne } from './20261122T61-members-in-one.ts';
import { plansOnce } from './20261122T61-plans-once.ts';
import { threeValues } from './20261122T63-three-values.ts';
import { leases } from './20261122T64-leases.ts';
import { once } from './20261122T64-once.ts';
import { expiry } from './20261122T65-expiry.ts';
import { masterKeys } from './20261122T65-master-keys.ts';
import { overrideExpiry } from './20261122T65-override-expiry.ts';
import { platformRevisions } from './20261122T66-platform.ts';
import { tokenOrganizations } from './20261122T66-token-organizations.ts';
import { workloadTokens } from './20261122T66-workload-tokens.ts';
import { platformFile } from './20261122T67-platform-file.ts';
import { leaseSecrets } from './20261122T68-lease-secrets.ts';
import { leaseCounts } from './20261122T71-lease-counts.ts';
import { directoryDeactivation } from './20261122T70-directory-deactivation.ts';
import { localAccounts } from './20261122T73-local-accounts.ts';
import { recoverySessions } from './20261122T74-recovery-sessions.ts';
import { administeredUsers } from './20261122T75-users.ts';
import { editedGrants } from './20261122T75-users-grants.ts';
import { mails } from './20261122T77-mails.ts';
import { rateLimits } from './20261122T77-rate-limits.ts';
import { sessionBrowsers } from './20261122T77-session-browsers.ts';
import { printedLinks } from './20261122T79-printed-links.ts';
import { linksAboutUser } from './20261122T80-links-about-a-user.ts';
import { auditFilters } from './20261122T76-audit-filters.ts';
import { auditStreams } from './20261122T76-audit-streams.ts';
import { signingKeys } from './20261122T76-signing-keys.ts';
import { formerAddresses } from './20261122T81-offboard-former-addresses.ts';
import { groupsAndEdits } from './20261122T81-sso-admin-edited.ts';
import { grantHistory } from './20261122T86-grant-history.ts';
import { unmanagedUsers } from './20261122T86-unmanaged-users.ts';
import { auditOrigins } from './20261122T84-audit-origins.ts';
import { mailedResets } from './20261122T87-mailed-resets.ts';
import { brakeCounter } from './20261122T82-brake-counter.ts';
import { brakeGlance } from './20261122T82-brake-glance.ts';
import { deactivationsTogether } from './20261122T82-deactivations-together.ts';
import { lastAdministrators } from './20261122T81-sso-admin-active.ts';
import { offboardAndSignIn } from './20261122T81-offboard-and-sign-in.ts';
import { formerValues } from './20261122T88-former-values.ts';
import { grantsByUser } from './20261122T90-grants-by-user.ts';
import { recoveryAdmins } from './20261122T91-recovery-admins.ts';
import { originDays } from './20261122T92-origin-days.ts';
import { resetsThatFail } from './20261122T93-resets-that-fail.ts';
import { applicationTokens } from './20261122T94-application-tokens.ts';
import { providerStore } from './20261122T94-provider-store.ts';
import { sessionFirst } from './20261122T94-session-first.ts';
import { tokensPurged } from './20261122T94-tokens-purged.ts';
import { usedWithTheNext } from './20261122T94-used-with-the-next.ts';
import { forwardAuth } from './20261122T95-forward-auth.ts';
import { originClaims } from './20261122T96-origin-claims.ts';
import { creationsTogether } from './20261122T97-creations-together.ts';
import { userChangesTogether } from './20261122T97-user-changes-together.ts';
import type { SqlMigration } from './sql-migration.ts';
import { keptAddresses } from './20261122T98-kept-addresses.ts';
import { overridesThatStay } from './20261122T99-overrides-that-stay.ts';
import { signInWithoutWaiting } from './20261122T99-sign-in-without-waiting.ts';

/** Every step, oldest first. New ones are added at the end. */
export const MIGRATIONS: readonly SqlMigration[] = [
  routingTables,
  organizationTables,
  rowLevelSecurity,
  functions,
  enabledIdentityProviders,
  ownerFunctions,
  sessionCheckAsJson,
  refusedFlows,
  tokensOnlyEnd,
  writeAtTheEnd,
  openIdConnect,
  serviceProviderKeys,
  metadataRefresh,
  singleLogout,
  oidcLoginPinned,
  oidcPostedAnswers,
  issuerRoutes,
  verifiedDomains,
  unsolicitedLogins,
  flowVendor,
  ssoTests,
  storeLogin,
  directory,
  directoryGroups,
  directoryOffboarding,
  directoryUsers,
  directoryTokens,
  directorySearch,
  invitedUsers,
  directoryLogins,
  directoryRotations,
  requestsOfTheLiving,
  directoryTokensAnnounced,
  directoryLockTimeout,
  heldAdoptions,
  keptAdministrators,
  fewerRoundTrips,
  addressesByIndex,
  directoryChanges,
  membersInOne,
  plansOnce,
  threeValues,
  leases,
  once,
  expiry,
  masterKeys,
  overrideExpiry,
  platformRevisions,
  tokenOrganizations,
  workloadTokens,
  platformFile,
  leaseSecrets,
  directoryDeactivation,
  leaseCounts,
  localAccounts,
  recoverySessions,
  administeredUsers,
  editedGrants,
  auditFilters,
  auditStreams,
  signingKeys,
  mails,
  rateLimits,
  sessionBrowsers,
  printedLinks,
  linksAboutUser,
  offboardAndSignIn,
  formerAddresses,
  lastAdministrators,
  groupsAndEdits,
  brakeCounter,
  brakeGlance,
  deactivationsTogether,
  auditOrigins,
  grantHistory,
  unmanagedUsers,
  mailedResets,
  formerValues,
  grantsByUser,
  recoveryAdmins,
  originDays,
  resetsThatFail,
  applicationTokens,
  providerStore,
  sessionFirst,
  tokensPurged,
  usedWithTheNext,
  forwardAuth,
  originClaims,
  creationsTogether,
  userChangesTogether,
  keptAddresses,
  overridesThatStay,
  signInWithoutWaiting,
];

import { AuditEventRow, AuditHead } from './audit.ts';
import { FlowRecordRow, LoginTransaction, Logout, Session, UsedAssertion } from './logins.ts';
import {
  DomainClaimRow,
  IdentityProviderMetadata,
  Organization,
  OrganizationKey,
  Revision,
  SealedSecret,
  ServiceProviderKeyRow,
} from './organizations.ts';
import { Grant, Identity, Membership, User } from './people.ts';
import {
  ApiTokenRow,
  Collection,
  CollectionFile,
  DomainCheck,
  EmailDomain,
  OpenIdIssuer,
  MetadataRefresh,
  OrganizationPreviousName,
  OrganizationRegistry,
} from './routing.ts';
import { SsoEvidenceRow, SsoTestRow } from './sso.ts';

/** Every table. A spec compares them with the migrated database. */
export const ENTITIES = [
  OrganizationRegistry,
  OrganizationPreviousName,
  EmailDomain,
  DomainCheck,
  OpenIdIssuer,
  Collection,
  CollectionFile,
  ApiTokenRow,
  MetadataRefresh,
  Organization,
  Revision,
  DomainClaimRow,
  IdentityProviderMetadata,
  ServiceProviderKeyRow,
  OrganizationKey,
  SealedSecret,
  User,
  Identity,
  Grant,
  Membership,
  LoginTransaction,
  Logout,
  UsedAssertion,
  Session,
  FlowRecordRow,
  SsoTestRow,
  SsoEvidenceRow,
  AuditHead,
  AuditEventRow,
];

export { newOrganizationToken, readOrganizationToken, sha256, type PresentedToken } from '@rolecall/persistence';

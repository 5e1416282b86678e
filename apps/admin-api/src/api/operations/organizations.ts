import { PAGE_SIZE } from './operation.ts';
import type { Operation } from './operation.ts';

/** Organizations and their revisions. */
export const organizations = {
  listOrganizations: {
    id: 'listOrganizations',
    method: 'get',
    path: '/v1/organizations',
    summary: 'Organizations by name, page by page',
    right: 'organizations.read',
    narrowed: true,
    query: {
      cursor: { description: '`nextCursor` of the page before', schema: { type: 'string', maxLength: 63 } },
      limit: PAGE_SIZE,
      documents: {
        description:
          'Each with its live document; such a page has 250 at most, and fewer when they are large: go on with `nextCursor`',
        schema: { type: 'boolean', default: false },
      },
    },
    response: 'OrganizationPage',
  },
  readOrganization: {
    id: 'readOrganization',
    method: 'get',
    path: '/v1/organizations/:organization',
    summary: 'The live document of one organization, with its revision and who applied it',
    right: 'organizations.read',
    repairs: true,
    response: 'Organization',
    refusals: { 404: ['unknown_organization'] },
  },
  patchOrganization: {
    id: 'patchOrganization',
    method: 'patch',
    path: '/v1/organizations/:organization',
    summary:
      'Changes the live document past git, by the same checks as an apply; fields that a collection declares are refused, or overridden for a while',
    right: 'organizations.write',
    repairs: true,
    body: 'OrganizationPatch',
    bodyLimit: 2_000_000,
    response: 'WrittenOrganization',
    refusals: {
      403: ['domain_assertion_refused', 'origin_out_of_reach'],
      404: ['unknown_organization'],
      409: [
        'owned_by_git',
        'not_declared',
        'overridden',
        'too_many_overrides',
        'revision_moved',
        'sso_not_tested',
        'no_recovery_admin',
        'no_sso_admin',
        'replace_needs_consent',
      ],
      413: ['body_too_large'],
      422: [
        'configuration_invalid',
        'email_domain_taken',
        'rename_conflict',
        'rename_refused',
        'secret_unavailable',
        'too_many_affected',
      ],
    },
  },
  listOverrides: {
    id: 'listOverrides',
    method: 'get',
    path: '/v1/organizations/:organization/overrides',
    summary: 'Fields that somebody set otherwise for a while; ended ones too, until they are taken back',
    right: 'organizations.read',
    response: 'OverrideList',
    refusals: { 404: ['unknown_organization'] },
  },
  endOverrides: {
    id: 'endOverrides',
    method: 'delete',
    path: '/v1/organizations/:organization/overrides',
    summary:
      'Ends overrides now, all of an organization or one, and takes their fields back; what cannot be taken back stays, as drift',
    right: 'organizations.override',
    query: { path: { description: 'Only the one of this JSON pointer', schema: { type: 'string', maxLength: 1024 } } },
    response: 'EndedOverrides',
    refusals: { 404: ['unknown_organization'] },
  },
  listRevisions: {
    id: 'listRevisions',
    method: 'get',
    path: '/v1/organizations/:organization/revisions',
    summary: 'The revisions of one organization, the newest first, page by page: who applied them, when and from where',
    right: 'organizations.read',
    query: {
      cursor: {
        description: '`nextCursor` of the page before',
        schema: { type: 'string', pattern: '^[1-9][0-9]{0,9}$' },
      },
      limit: PAGE_SIZE,
    },
    response: 'RevisionPage',
    refusals: { 404: ['unknown_organization'] },
  },
  readRevision: {
    id: 'readRevision',
    method: 'get',
    path: '/v1/organizations/:organization/revisions/:number',
    summary: 'One revision, with the document that it was',
    right: 'organizations.read',
    response: 'Revision',
    refusals: { 404: ['unknown_organization', 'unknown_revision'] },
  },
} as const satisfies Record<string, Operation>;

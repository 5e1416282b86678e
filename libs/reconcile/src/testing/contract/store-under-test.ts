/// <reference types="jest" />
import { API_VERSION, documentDigest } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import type { NewRevision, OrganizationHead, StateStore, StateTransaction } from '../../state-store.ts';
import type { SignInEvidence } from '../../sign-in-state.ts';
import type { UserFacts } from '../../user-state.ts';
import type { TestUser } from '../memory-state-store.ts';

/** A store under test, with the hands that the contract needs beside the port. Each test makes a new, empty one. */
export interface StateStoreHarness {
  readonly store: StateStore;
  /** Adds a user with one identity; returns the user's id. */
  addUser(organization: string, user: TestUser): Promise<string>;
  /** Somebody got in through an IdP. */
  addEvidence(organization: string, identityProvider: string, evidence: SignInEvidence): Promise<void>;
  /** A token of the organization's directory was issued. */
  addDirectoryToken(organization: string, token: string): Promise<void>;
  /** Somebody signed in to an application, as an OpenID Connect client or behind its proxy at an origin. */
  addApplicationSignIn(
    organization: string,
    at: { readonly client: string } | { readonly origin: string },
  ): Promise<void>;
  /** A job got an API token for its own, by revision 1 of the platform document; returns the token's id. */
  addWorkloadToken(): Promise<string>;
  close(): Promise<void>;
}

const METADATA = '<EntityDescriptor/>';

export function document(name: string, spec: OrganizationSpec = {}): OrganizationDocument {
  return { apiVersion: API_VERSION, kind: 'Organization', metadata: { name }, spec };
}

export function revision(document: OrganizationDocument): NewRevision {
  const names = Object.keys(document.spec.identityProviders ?? {});
  return {
    document,
    digest: documentDigest(document),
    origin: { actor: 'ci' },
    identityProviders: Object.fromEntries(names.map((name) => [name, { metadataXml: METADATA }])),
  };
}

export const OKTA: OrganizationSpec = {
  scopes: { 'account/main': {} },
  groups: { 'inbox/vip': {} },
  identityProviders: { okta: { type: 'saml', metadata: { xml: METADATA } } },
};

export const MEMBER = { scope: 'account/main', role: 'member' };

type Held = Omit<UserFacts, 'facts' | 'active'>;

/** The store of the test that runs, and what every part of the contract asks of it. */
export class StoreUnderTest {
  #harness: StateStoreHarness | undefined;

  /** Makes a store before each test, and closes it. Call it within a `describe`. */
  constructor(make: () => Promise<StateStoreHarness>) {
    beforeEach(async () => {
      this.#harness = await make();
    });
    afterEach(() => this.harness.close());
  }

  get harness(): StateStoreHarness {
    if (!this.#harness) throw new Error('there is a store only while a test runs');
    return this.#harness;
  }

  readonly commit = <T>(work: (state: StateTransaction) => Promise<T>): Promise<T> =>
    this.harness.store.transaction('commit', work);

  readonly read = <T>(work: (state: StateTransaction) => Promise<T>): Promise<T> =>
    this.harness.store.transaction('rollback', work);

  readonly create = (wanted: OrganizationDocument, collection = 'default'): Promise<OrganizationHead> =>
    this.commit((state) => state.create({ collection, name: wanted.metadata.name, revision: revision(wanted) }));

  readonly head = (organization: string, collection = 'nobody'): Promise<OrganizationHead | undefined> =>
    this.read(async (state) => (await state.heads(collection, [organization])).get(organization));

  readonly held = (organization: OrganizationHead): Promise<readonly Held[]> =>
    this.read(async (state) => {
      const users: Held[] = [];
      for await (const batch of state.users.facts(organization.id)) {
        for (const { userId, identityProvider, grants, groups } of batch) {
          users.push({ userId, identityProvider, grants, groups });
        }
      }
      return users;
    });
}

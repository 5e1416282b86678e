import { onceEach } from '@rolecall/org-config';
import type { Json, OrganizationDocument } from '@rolecall/org-config';
import type { Database } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { MetadataSource } from '@rolecall/platform';
import { endedOverrides, mergePatch, noteStaying, RevisionMovedError, writeOrganization } from '@rolecall/reconcile';
import type {
  DesiredOrganization,
  EndedOverrides as EndedOfOrganization,
  Limits,
  OrganizationWrite,
  Written,
} from '@rolecall/reconcile';
import { requireRight, SELF } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';
import type { OrganizationPatch } from '../api/requests.ts';
import { checkDocuments } from '../applies/check-documents.ts';
import type { OpenIdProviders } from '../applies/openid-providers.ts';
import { prepareIdentityProviders } from '../applies/prepare-identity-providers.ts';
import { refusing } from '../applies/refusal.ts';
import { withSecrets } from '../applies/secrets.ts';
import { requireOwnOrigins } from '../applies/own-origins.ts';
import { requireVouched } from '../applies/vouched.ts';
import { knownOrganization } from './known-organization.ts';
import { openingRoles } from '../users/opening-roles.ts';
import { requireRepair, requireTwoPersons } from './repair.ts';

const MAX_OVERRIDE_MS = 7 * 24 * 60 * 60 * 1000;

/** Writes past git: one organization, by the same checks and the same steps as an apply. */
export class WriteOrganization {
  constructor(
    private readonly database: Pick<
      Database,
      'reconcileState' | 'organizations' | 'collections' | 'registry' | 'platform'
    >,
    private readonly metadata: MetadataSource,
    private readonly providers: OpenIdProviders,
    private readonly ceilings: Limits,
  ) {}

  /**
   * Merges a patch into the live document and makes the result live.
   * @param name UNTRUSTED, of the path
   * @throws Problem
   */
  async patch(name: string, request: OrganizationPatch, caller: Principal, now: Date): Promise<Written> {
    requireRepair(request, caller, now);
    const override = request.override && overrideOf(request.override, caller, now);
    const record = await knownOrganization(this.database, name);
    const administers = (await openingRoles(this.database, record)) !== undefined;
    requireTwoPersons(caller, record.document, administers);
    requireRevision(record.name, request.baseRevision, record.revision);
    const document = mergePatch(record.document as unknown as Json, request.patch as Json) as object;
    requireSameName(document, record.name);
    const wanted = await this.prepared({ document, secrets: request.secrets }, record.collection, caller, now);
    const { baseRevision, allowReplace } = request;
    const patch = request.patch as Json;
    const { ceilings } = this;
    return this.written(
      { wanted, patch, baseRevision, by: caller.name, override, allowReplace, ceilings },
      caller,
      now,
    );
  }

  /**
   * Takes back what overrides set whose time is over, as a write under the checks and guards of any other. Where all of them together are
   * refused, each entry is tried alone, so that none holds back the others. What is refused is on record with its override.
   * @param request `only`: pointers of overrides; default: all. `as`: who is the actor; default: the server itself
   * @returns pointers of the fields that it took back; undefined when nothing had ended
   * @throws Problem, of the first that was refused; it stays, as drift, and the others are taken back
   */
  async takeBackEnded(name: string, now: Date, request: TakingBack = {}): Promise<readonly string[] | undefined> {
    const { only, as = SELF } = request;
    const ended = await this.ended(name, now, only);
    if (ended === undefined) return undefined;
    const parts = partsOf(ended.ended);
    if (parts.length === 1) return this.takeBackOrNote(ended, as, now);
    try {
      return await this.takeBack(ended, as, now);
    } catch (refusal) {
      if (!(refusal instanceof Problem)) throw refusal;
      return await this.takeBackParts(name, parts, as, now);
    }
  }

  private async takeBackParts(name: string, parts: readonly (readonly string[])[], as: Principal, now: Date) {
    const paths: string[] = [];
    const refused: Problem[] = [];
    for (const part of parts) {
      try {
        const ended = await this.ended(name, now, part);
        if (ended) paths.push(...(await this.takeBackOrNote(ended, as, now)));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refused.push(error);
      }
    }
    const [first] = refused;
    if (first) throw first;
    return paths;
  }

  private ended(name: string, now: Date, only?: readonly string[]) {
    const store = this.database.reconcileState({ actor: SELF.id, kind: SELF.kind, now });
    return store.transaction('rollback', (state) => endedOverrides(state, name, now, only));
  }

  private async takeBackOrNote(ends: EndedOfOrganization, as: Principal, now: Date) {
    try {
      return await this.takeBack(ends, as, now);
    } catch (error) {
      if (error instanceof Problem && !isOvertaken(error)) {
        const refused = { paths: ends.ended, code: whyOf(error) };
        const store = this.database.reconcileState({ actor: as.id, kind: as.kind, now });
        await store.transaction('commit', (state) => noteStaying(state, ends.head.name, refused, now));
      }
      throw error;
    }
  }

  private async takeBack(ends: EndedOfOrganization, as: Principal, now: Date) {
    const { head, document, paths } = ends;
    // what comes back was let in before: whoever ends an override needs no right to say it anew
    const wanted = await this.prepared({ document }, head.collection, SELF, now);
    const { ceilings } = this;
    await this.written({ wanted, baseRevision: head.revision, by: as.name, ends, ceilings }, as, now);
    return paths;
  }

  private async written(write: OrganizationWrite, caller: Principal, now: Date): Promise<Written> {
    const { id: actor, kind } = caller;
    const store = this.database.reconcileState({ actor, kind, now });
    const written = store.transaction('commit', async (state) => {
      const done = await writeOrganization(state, write, now);
      const { organization, impact } = done;
      // what comes back was let in before, here too
      if (impact && !write.ends) await requireOwnOrigins([{ organization, impact }], state.signIns, caller);
      return done;
    });
    return refusing(
      written.catch((error: unknown) => {
        if (error instanceof RevisionMovedError) requireRevision(error.organization, error.expected, error.actual);
        throw error;
      }),
    );
  }

  /** The document as an apply would have it checked, and its identity providers as an apply would prepare them. */
  private async prepared(
    sent: { readonly document: object; readonly secrets?: OrganizationPatch['secrets'] },
    owner: string | undefined,
    caller: Principal,
    now: Date,
  ): Promise<DesiredOrganization> {
    const organizations = [sent];
    const checkMetadata = onceEach((xml: string, entityId?: string) => {
      const read = this.metadata.read(xml, { entityId, now });
      return 'problem' in read ? [read.problem] : [];
    });
    const checked = await checkDocuments({ organizations }, checkMetadata, now);
    const store = this.database.reconcileState({ actor: caller.id, kind: caller.kind, now });
    const heads = await store.transaction('rollback', async (state) => {
      const found = await state.heads(
        '',
        checked.map(({ document }) => document.metadata.name),
      );
      await requireVouched(checked, found, state, caller);
      return found;
    });
    const collection = owner ?? NO_COLLECTION;
    const key = await this.database.collections.fingerprintKey(collection);
    const [prepared] = await prepareIdentityProviders(withSecrets(checked, organizations, collection, key), {
      heads,
      organizations: this.database.organizations,
      metadata: this.metadata,
      providers: this.providers,
      makeKeys: true,
      now,
    });
    if (prepared === undefined) throw new Error('one document was sent, and none came back');
    return prepared;
  }
}

/** Whose overrides are taken back, and by whom. */
export interface TakingBack {
  readonly only?: readonly string[];
  readonly as?: Principal;
}

/** The code of what is wrong: where a document is refused as a whole, of the first thing in it. */
export function whyOf({ code, diagnostics }: Problem): string {
  return diagnostics?.[0]?.code ?? code;
}

/** Whether somebody else wrote in between: there is nothing to take back, or the next look finds it. */
export function isOvertaken({ code }: Problem): boolean {
  return code === 'revision_moved' || code === 'stale_plan';
}

const ENFORCE = '/spec/login/enforceSso';

/** Overrides by the entry of a map that they are within; the one that let go of single sign-on comes first. */
function partsOf(paths: readonly string[]): readonly (readonly string[])[] {
  const parts = Map.groupBy(paths, (path) => path.split('/').slice(0, 4).join('/'));
  return [...parts.entries()].sort(([a], [b]) => Number(b === ENFORCE) - Number(a === ENFORCE)).map(([, part]) => part);
}

/** Stands for the collection of an organization that none owns; no slug is like it. */
const NO_COLLECTION = '';

/** @throws Problem 403 `missing_right`, 400 `invalid_request` */
function overrideOf({ reason, expires }: NonNullable<OrganizationPatch['override']>, caller: Principal, now: Date) {
  requireRight(caller, 'organizations.override', 'an override');
  const end = new Date(expires);
  const length = end.getTime() - now.getTime();
  if (length > 0 && length <= MAX_OVERRIDE_MS) return { reason, expires: end };
  throw new Problem(400, 'invalid_request', 'an override ends within seven days from now; give such an end');
}

/** @throws Problem 409 `revision_moved` */
function requireRevision(organization: string, expected: number, actual: number): void {
  if (expected === actual) return;
  const message = `${organization} is at revision ${actual}, the change was made for ${expected}; read it again`;
  throw new Problem(409, 'revision_moved', message);
}

/** @throws Problem 422 `rename_refused` */
function requireSameName(document: object, name: string): void {
  const { metadata } = document as Partial<OrganizationDocument>;
  if (metadata?.name === name) return;
  throw new Problem(422, 'rename_refused', `the name stays "${name}" here; files rename, by metadata.previously`);
}

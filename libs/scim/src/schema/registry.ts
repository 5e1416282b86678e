import type { AttributePath } from '../filter/filter.ts';
import type { Attribute, AttributeType, ResourceType, Schema } from './attribute.ts';
import { COMMON_ATTRIBUTES } from './common.ts';
import { attribute, complex } from './define.ts';
import { ACCOUNTS, ENTERPRISE_USER } from './extensions.ts';
import { GROUP } from './group.ts';
import { USER } from './user.ts';

/** `tolerant`: what real identity providers send is understood; `strict`: the interoperability profile's letter. */
export type DirectoryMode = 'tolerant' | 'strict';

/** What an organization's document says of its directory's schemas. */
export interface DirectorySettings {
  readonly mode: DirectoryMode;
  /** Attributes of this organization's users beyond the standard ones. */
  readonly extension?: ExtensionDeclaration | undefined;
}

export interface ExtensionDeclaration {
  /** Entra demands `urn:ietf:params:scim:schemas:extension:<name>:2.0:User`. */
  readonly urn: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Whether every user must have it; false unless said. */
  readonly required?: boolean | undefined;
  readonly attributes: Readonly<Record<string, ExtensionAttribute>>;
}

export interface ExtensionAttribute extends SimpleExtensionAttribute {
  /** Of an attribute of type `complex`. */
  readonly subAttributes?: Readonly<Record<string, SimpleExtensionAttribute>> | undefined;
}

export interface SimpleExtensionAttribute {
  readonly type?: AttributeType | undefined;
  readonly multiValued?: boolean | undefined;
  readonly required?: boolean | undefined;
  readonly caseExact?: boolean | undefined;
  readonly mutability?: 'readWrite' | 'immutable' | undefined;
  readonly canonicalValues?: readonly string[] | undefined;
  readonly description?: string | undefined;
}

/** The schemas of one directory. Immutable: make it once per revision of the organization, and keep it. */
export interface DirectorySchemas {
  readonly mode: DirectoryMode;
  readonly user: ResourceSchemas;
  readonly group: ResourceSchemas;
}

/** Where a whole schema is meant: its URN stands alone, or is the key of an object. */
export interface SchemaPath {
  readonly schema: Schema;
  /** Its URN when it is an extension; undefined = the core schema of the resource type. */
  readonly extension: string | undefined;
}

/** The names of one resource type. Every look-up is without regard to case (RFC 7643 §2.1) and safe for any text. */
export interface ResourceSchemas {
  readonly type: ResourceType;
  /** What stands at the top level: the common attributes (`id`, `externalId`, `meta`, `schemas`), then the core schema's. */
  readonly attributes: readonly Attribute[];
  /**
   * `userName`, `name.givenName`, `urn:…:User:name.givenName`, `urn:…:enterprise:2.0:User:manager.value`. No filter in brackets.
   * `sub` is set only when it was named: that `emails` means `emails.value` in a filter is the filter's knowledge.
   * @returns undefined = there is no such attribute
   */
  attribute(path: string): AttributePath | undefined;
  /**
   * An attribute of an extension by its name alone, `department` or `manager.value`: no name of the standard, since it lacks its URN.
   * Core attributes go first; of two extensions with the same name the first one.
   */
  unqualified(path: string): AttributePath | undefined;
  /** A schema of this type by its URN alone. */
  schema(urn: string): SchemaPath | undefined;
  /** A sub-attribute by name. */
  sub(attribute: Attribute, name: string): Attribute | undefined;
}

/** @param settings - checked when the document was: names are attribute names, the URN is none of the standard's */
export function directorySchemas(settings: DirectorySettings): DirectorySchemas {
  const custom = settings.extension;
  const user: ResourceType = {
    name: 'User',
    endpoint: '/Users',
    description: 'People of the organization',
    schema: USER,
    extensions: [
      { schema: ENTERPRISE_USER, required: false },
      { schema: ACCOUNTS, required: false },
      ...(custom ? [{ schema: declaredSchema(custom), required: custom.required ?? false }] : []),
    ],
  };
  const group: ResourceType = {
    name: 'Group',
    endpoint: '/Groups',
    description: 'Sets of users',
    schema: GROUP,
    extensions: [],
  };
  return { mode: settings.mode, user: resourceSchemas(user), group: resourceSchemas(group) };
}

/** A bound against clients that write each path in every mixture of cases. */
const MOST_SPELLINGS = 1_000;

function resourceSchemas(type: ResourceType): ResourceSchemas {
  const core: SchemaPath = { schema: type.schema, extension: undefined };
  const schemas = [core, ...type.extensions.map(({ schema }) => ({ schema, extension: schema.id }))];
  const byUrn = new Map(schemas.map((path) => [path.schema.id.toLowerCase(), path]));
  const attributes = [...COMMON_ATTRIBUTES, ...type.schema.attributes];
  const names = new Map(schemas.map(({ schema }) => [schema, byName(schema.attributes)]));
  const topLevel = byName(attributes);
  const subNames = new Map(
    schemas
      .flatMap(({ schema }) => schema.attributes)
      .concat(COMMON_ATTRIBUTES)
      .map((each) => [each, byName(each.subAttributes ?? [])]),
  );
  const sub = (of: Attribute, name: string) => subNames.get(of)?.get(name.toLowerCase());

  function find(path: string): AttributePath | undefined {
    const text = path.toLowerCase();
    // an attribute's name holds no colon, so what stands before the last one is the URN
    const colon = text.lastIndexOf(':');
    const within = colon < 0 ? core : byUrn.get(text.slice(0, colon));
    if (!within) return undefined;
    const own = within === core ? topLevel : names.get(within.schema);
    const local = colon < 0 ? text : text.slice(colon + 1);
    if (!local.includes('.')) {
      const whole = own?.get(local);
      return whole && { extension: within.extension, attribute: whole, sub: undefined };
    }
    const [name = '', subName, ...more] = local.split('.');
    const found = own?.get(name);
    if (!found || more.length > 0) return undefined;
    if (subName === undefined) return { extension: within.extension, attribute: found, sub: undefined };
    const foundSub = sub(found, subName);
    return foundSub && { extension: within.extension, attribute: found, sub: foundSub };
  }

  const known = new Map<string, AttributePath>();

  /** Clients write the same few paths in the same few spellings. */
  function recalled(path: string): AttributePath | undefined {
    const before = known.get(path);
    if (before) return before;
    const found = find(path);
    if (found && known.size < MOST_SPELLINGS) known.set(path, found);
    return found;
  }

  function unqualified(path: string): AttributePath | undefined {
    if (path.includes(':')) return undefined;
    return type.extensions.map(({ schema }) => find(`${schema.id}:${path}`)).find((found) => found !== undefined);
  }

  return { type, attributes, attribute: recalled, unqualified, schema: (urn) => byUrn.get(urn.toLowerCase()), sub };
}

function byName(attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> {
  return new Map(attributes.map((each) => [each.name.toLowerCase(), each]));
}

function declaredSchema(declaration: ExtensionDeclaration): Schema {
  const { urn, name = 'Custom attributes', description = 'Attributes of this organization' } = declaration;
  const attributes = Object.entries(declaration.attributes).map(([each, declared]) =>
    declaredAttribute(each, declared),
  );
  return { id: urn, name, description, attributes };
}

function declaredAttribute(name: string, declared: ExtensionAttribute): Attribute {
  const { type = 'string', description = `${name} of the user.`, subAttributes = {}, caseExact, ...said } = declared;
  const characteristics = {
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    // texts alone have a case
    ...(type === 'string' && caseExact !== undefined && { caseExact }),
    ...(type === 'reference' && { referenceTypes: ['external'] }),
  };
  if (type !== 'complex') return attribute(name, type, description, characteristics);
  const subs = Object.entries(subAttributes).map(([sub, simple]) => declaredAttribute(sub, simple));
  return complex(name, description, subs, characteristics);
}

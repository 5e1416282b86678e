import type { DirectoryTokenEntry, ExtensionAttributeEntry, ExtensionAttributeType, ScimEntry } from './document.ts';
import { DIRECTORY_LIMITS, secondsOr } from './duration.ts';
import { emptyMap } from './json.ts';

/** `spec.scim` with every default filled in. */
export interface EffectiveScim {
  /** false = no token lets in; the users stay managed by the directory. */
  readonly enabled: boolean;
  /** `tolerant`: what real identity providers send is understood; `strict`: the interoperability profile's letter. */
  readonly mode: 'tolerant' | 'strict';
  readonly linkExisting: 'never' | 'verified-domain';
  readonly reprovision: 'reactivate' | 'conflict';
  readonly uniqueGroupNames: boolean;
  readonly unknownMembers: 'refuse' | 'ignore';
  /** undefined = no number of removals is held. */
  readonly brake: EffectiveBrake | undefined;
  /** By name; a token of any other name lets nobody in. */
  readonly tokens: Readonly<Record<string, EffectiveDirectoryToken>>;
  readonly extension: EffectiveExtension | undefined;
}

/** Removals (deactivations and deletions) are held when within the window they are more than both. */
export interface EffectiveBrake {
  /** Percent of the active users, 1 to 100. */
  readonly share: number;
  readonly windowSeconds: number;
  readonly atLeast: number;
}

export interface EffectiveDirectoryToken {
  readonly displayName: string;
  /** A token is due to be replaced after this long, and ends `overlapSeconds` later. */
  readonly rotateSeconds: number;
  /** How long the former one stays good once another was issued. */
  readonly overlapSeconds: number;
}

/** A custom schema of users. */
export interface EffectiveExtension {
  readonly urn: string;
  readonly name: string;
  /** Every user must have it. */
  readonly required: boolean;
  readonly attributes: Readonly<Record<string, EffectiveExtensionAttribute>>;
}

/** None is unique. */
export interface EffectiveExtensionAttribute {
  readonly type: ExtensionAttributeType;
  readonly description: string | undefined;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly mutability: 'readWrite' | 'immutable';
  readonly caseExact: boolean;
  readonly canonicalValues: readonly string[] | undefined;
  /** Of a complex attribute alone. */
  readonly subAttributes: Readonly<Record<string, EffectiveExtensionAttribute>> | undefined;
}

/** @param declared `spec.scim` of a valid document */
export function scimOf(declared: ScimEntry): EffectiveScim {
  const { brake, tokens, extension, ...said } = declared;
  return {
    enabled: said.enabled ?? true,
    mode: said.mode ?? 'tolerant',
    linkExisting: said.linkExisting ?? 'never',
    reprovision: said.reprovision ?? 'reactivate',
    uniqueGroupNames: said.uniqueGroupNames ?? true,
    unknownMembers: said.unknownMembers ?? 'refuse',
    brake: brakeOf(brake),
    tokens: mapped(tokens ?? {}, tokenOf),
    extension: extension && {
      urn: extension.urn,
      name: extension.name ?? 'Extension',
      required: extension.required ?? false,
      attributes: mapped(extension.attributes, attributeOf),
    },
  };
}

function brakeOf({ enabled = true, share = 20, window, atLeast = 10 }: NonNullable<ScimEntry['brake']> = {}) {
  if (!enabled) return undefined;
  return { share, windowSeconds: secondsOr(window, DIRECTORY_LIMITS.brakeWindow.default), atLeast };
}

function tokenOf(declared: DirectoryTokenEntry, name: string): EffectiveDirectoryToken {
  const rotateSeconds = secondsOr(declared.rotateEvery, DIRECTORY_LIMITS.rotateEvery.default);
  const overlapSeconds = secondsOr(declared.overlap, DIRECTORY_LIMITS.overlap.default);
  return {
    displayName: declared.displayName ?? name,
    rotateSeconds,
    overlapSeconds: Math.min(overlapSeconds, rotateSeconds),
  };
}

function attributeOf(declared: ExtensionAttributeEntry): EffectiveExtensionAttribute {
  const { type, description, multiValued = false, required = false, mutability = 'readWrite' } = declared;
  // RFC 7643, sections 2.3.6 and 2.3.7: case matters in binary values and in references
  const { caseExact = type === 'binary' || type === 'reference', canonicalValues, subAttributes } = declared;
  const parts = subAttributes && mapped(subAttributes, attributeOf);
  const what = { type, description, multiValued, required, mutability };
  return { ...what, caseExact, canonicalValues, subAttributes: parts };
}

function mapped<From, To>(map: Readonly<Record<string, From>>, make: (from: From, name: string) => To) {
  const made = emptyMap<To>();
  for (const [name, entry] of Object.entries(map)) made[name] = make(entry, name);
  return made;
}

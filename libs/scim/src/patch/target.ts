import { ScimError } from '../errors.ts';
import type { AttributePath, Filter } from '../filter/filter.ts';
import { resolveElementFilter } from '../filter/resolve.ts';
import { parseTargetSyntax, type TargetSyntax } from '../filter/syntax.ts';
import { ignoreUnknown } from '../resource/read-value.ts';
import { findAttribute, shownName, type Reading } from '../resource/reading.ts';
import type { Attribute } from '../schema/attribute.ts';

/** Where an operation works: an attribute, one of its parts, or the elements of a list that satisfy a filter. */
export interface Target {
  /** `sub` is set only without a filter. */
  readonly path: AttributePath;
  readonly filter: Filter | undefined;
  /** The sub-attribute behind the bracket. */
  readonly elementSub: Attribute | undefined;
  /** How errors call it. */
  readonly at: string;
}

/**
 * Resolves a PATCH path that is not the URN of a schema alone.
 * @param text UNVERIFIED
 * @returns undefined = unknown here, and ignored as a quirk
 * @throws {ScimError} invalidPath, invalidFilter
 */
export function readTarget(text: string, reading: Reading): Target | undefined {
  const syntax = parseTargetSyntax(text);
  refuseBuiltIns(syntax);
  const path = findAttribute(syntax.path.text, reading);
  const elementSub = path && syntax.sub && reading.resource.sub(path.attribute, syntax.sub.text);
  if (!path || (syntax.sub && !elementSub)) return ignoreUnknownPath(text, reading);
  const at = path.extension === undefined ? path.attribute.name : `${path.extension}:${path.attribute.name}`;
  return { path, elementSub, at, filter: syntax.filter && elementFilter(syntax.filter, path, reading) };
}

/** Names that every JavaScript object answers to are no attributes, and not to be ignored either. */
function refuseBuiltIns({ path, sub }: TargetSyntax): void {
  const names = `${path.text}.${sub?.text ?? ''}`.split(/[.:]/);
  if (names.some((name) => name === 'prototype' || name in {})) throw invalidPath('has a name that is no attribute');
}

function elementFilter(syntax: NonNullable<TargetSyntax['filter']>, path: AttributePath, reading: Reading): Filter {
  const { attribute, sub } = path;
  if (sub || !attribute.multiValued || !attribute.subAttributes)
    throw invalidPath('has brackets behind an attribute that is no list of objects');
  return resolveElementFilter(syntax, attribute, reading.resource, { mode: reading.mode });
}

function ignoreUnknownPath(text: string, reading: Reading): undefined {
  if (reading.mode === 'strict')
    throw new ScimError(400, 'invalidPath', `${shownName(text)} is not an attribute of this directory; see /Schemas`);
  ignoreUnknown(text, undefined, reading);
}

function invalidPath(problem: string): ScimError {
  return new ScimError(400, 'invalidPath', `the path ${problem}`);
}

// The JSON Schema of a plan, made from its types in libs/reconcile/src/plan/plan.ts: their comments are its descriptions.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');
const SOURCE = join(root, 'libs/reconcile/src/plan/plan.ts');
/** Beside its own types a plan has these: any value of JSON, and a place in a file. */
const IMPORTED = {
  Json: () => ({ description: 'Any value of JSON.' }),
  SourcePosition: () => ({
    type: 'object',
    description: 'A place in a file, as it leads from the working directory; counted from 1.',
    required: ['file', 'line', 'column'],
    properties: { file: { type: 'string' }, line: { type: 'integer' }, column: { type: 'integer' } },
  }),
};

/** The text of `schemas/plan.v1.json`. Keys that a later 1.x adds are no mistake: additive changes keep the version. */
export function planSchema() {
  const source = ts.createSourceFile(SOURCE, readFileSync(SOURCE, 'utf8'), ts.ScriptTarget.Latest, true);
  const declared = new Map();
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      declared.set(statement.name.text, statement);
    }
  }
  const definitions = {};
  const context = { declared, definitions };
  const { description, ...plan } = definitionOf('Plan', context);
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://rolecall.dev/schemas/plan.v1.json',
    title: 'Plan',
    description,
    ...plan,
    properties: { ...plan.properties, formatVersion: { ...VERSION, description: VERSION_WORDS } },
    $defs: definitions,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const VERSION = { type: 'string', pattern: '^1\\.[0-9]+$' };
const VERSION_WORDS =
  'Of this format. 1.x only ever adds keys: read those that you know, and leave the others. Another first number is another format.';

function definitionOf(name, context) {
  const node = context.declared.get(name);
  if (node === undefined) throw new Error(`plan.ts declares no ${name}`);
  const schema = ts.isInterfaceDeclaration(node) ? objectOf(node.members, context) : schemaOf(node.type, context);
  return { ...described(node), ...schema };
}

function objectOf(members, context) {
  const required = [];
  const properties = {};
  for (const member of members) {
    if (!ts.isPropertySignature(member) || member.type === undefined) throw new Error(`cannot say ${member.getText()}`);
    const name = member.name.getText();
    if (member.questionToken === undefined) required.push(name);
    properties[name] = { ...schemaOf(member.type, context), ...described(member) };
  }
  return { type: 'object', required, properties };
}

function schemaOf(type, context) {
  if (ts.isTypeOperatorNode(type)) return schemaOf(type.type, context); // readonly T[]
  if (ts.isArrayTypeNode(type)) return { type: 'array', items: schemaOf(type.elementType, context) };
  if (ts.isTypeLiteralNode(type)) return objectOf(type.members, context);
  if (ts.isUnionTypeNode(type)) return unionOf(type, context);
  if (ts.isTypeQueryNode(type)) return { type: 'string' }; // the version, which is said apart
  if (ts.isLiteralTypeNode(type)) return { const: literalOf(type.literal) };
  if (ts.isTypeReferenceNode(type)) return referenceTo(type.typeName.getText(), type, context);
  const plain = PLAIN[type.kind];
  if (plain === undefined) throw new Error(`the schema of a plan cannot say \`${type.getText()}\``);
  return { type: plain };
}

const PLAIN = {
  [ts.SyntaxKind.StringKeyword]: 'string',
  [ts.SyntaxKind.NumberKeyword]: 'integer',
  [ts.SyntaxKind.BooleanKeyword]: 'boolean',
};

function unionOf({ types }, context) {
  const parts = types.map((part) => schemaOf(part, context));
  if (parts.every((part) => 'const' in part)) return { enum: parts.map((part) => part.const) };
  return { anyOf: parts };
}

function literalOf(literal) {
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (literal.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (literal.kind === ts.SyntaxKind.NullKeyword) return null;
  return ts.isNumericLiteral(literal) ? Number(literal.text) : literal.text;
}

function referenceTo(name, type, context) {
  if (name === 'Readonly' || name === 'Partial') throw new Error(`the schema of a plan cannot say \`${name}\``);
  if (name === 'Record') return { type: 'object', additionalProperties: schemaOf(type.typeArguments[1], context) };
  if (!(name in context.definitions)) {
    context.definitions[name] = {}; // a type may refer to itself
    context.definitions[name] = IMPORTED[name]?.() ?? definitionOf(name, context);
  }
  return { $ref: `#/$defs/${name}` };
}

function described(node) {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text === '' ? {} : { description: text };
}

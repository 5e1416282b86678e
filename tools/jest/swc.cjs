'use strict';
/**
 * Jest transformer: SWC to CommonJS for our TypeScript and for ESM-only packages
 * (Nest 12, MikroORM 7, oidc-provider, ...), so that jest needs no --experimental-vm-modules.
 * CommonJS packages pass through untouched, and a default import of one of them gives its
 * module.exports, exactly as in Node (SWC alone would look at __esModule).
 */
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const swc = require('@swc/core');

const BASE = {
  swcrc: false,
  configFile: false,
  sourceMaps: 'inline',
  module: { type: 'commonjs' },
};
const TS = {
  ...BASE,
  jsc: {
    target: 'es2024',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, hidden: { jest: true } },
    keepClassNames: true,
  },
};
const TSX = {
  ...TS,
  jsc: {
    ...TS.jsc,
    parser: { syntax: 'typescript', decorators: true, tsx: true },
    transform: { ...TS.jsc.transform, react: { runtime: 'automatic', importSource: 'preact' } },
  },
};
const JS = {
  ...BASE,
  sourceMaps: false,
  jsc: { target: 'es2024', parser: { syntax: 'ecmascript' }, transform: { hidden: { jest: true } } },
};

const types = new Map();
/** The "type" of the nearest package.json. */
function packageType(dir) {
  if (types.has(dir)) return types.get(dir);
  const file = path.join(dir, 'package.json');
  let type;
  if (existsSync(file)) type = JSON.parse(readFileSync(file, 'utf8')).type ?? 'commonjs';
  else if (path.dirname(dir) === dir) type = 'commonjs';
  else type = packageType(path.dirname(dir));
  types.set(dir, type);
  return type;
}

function optionsFor(file) {
  if (file.endsWith('.ts')) return TS;
  if (file.endsWith('.tsx')) return TSX;
  if (file.endsWith('.mjs')) return JS;
  if (file.endsWith('.js') && packageType(path.dirname(file)) === 'module') return JS;
  return null;
}

module.exports = {
  process(source, file) {
    const options = optionsFor(file);
    if (!options) return { code: source };
    const out = swc.transformSync(source, { ...options, filename: file });
    out.code = out.code
      .replace(
        'Object.defineProperty(exports, "__esModule", {',
        'Object.defineProperty(exports, "__fromEsm", { value: true }); $&',
      )
      .replaceAll('obj && obj.__esModule', 'obj && obj.__fromEsm');
    return out;
  },
  getCacheKey(source, file, { instrument }) {
    const what = [
      2,
      swc.version,
      process.version,
      instrument,
      JSON.stringify(optionsFor(file)),
      file.split(path.sep).join('/'),
    ];
    return createHash('sha1')
      .update(`${what.join('\0')}\0`)
      .update(source)
      .digest('hex');
  },
};

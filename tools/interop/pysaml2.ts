import { createSigningKey } from '@rolecall/saml';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutable, programPath, succeeds } from './installed.ts';
import { PERSON } from './person.ts';
import type { Product, ProductOptions, RunningProduct } from './products.ts';
import { startServerProcess } from './server-process.ts';
import { COMMON_VARIANTS } from './variants.ts';

/** Debian's own: its packages are not seen by others. */
const PYTHON = '/usr/bin/python3';

/** pysaml2 of Debian behind a small server, `pysaml2-idp.py`. */
export const pysaml2: Product = {
  name: 'pysaml2',
  variants: [
    ...COMMON_VARIANTS,
    {
      name: 'encrypted-3des',
      sign: 'both',
      encrypt: 'weak',
      offerKey: true,
      refusedAs: 'encryption_algorithm_not_allowed',
    },
  ],
  missing() {
    const packages = programPath('xmlsec1') === undefined ? ['xmlsec1'] : [];
    if (!isExecutable(PYTHON)) return [...packages, 'python3', 'python3-pysaml2'];
    return succeeds(PYTHON, ['-c', 'import saml2.server']) ? packages : [...packages, 'python3-pysaml2'];
  },
  start,
};

async function start({ port, directory, signal }: ProductOptions): Promise<RunningProduct> {
  const url = `http://127.0.0.1:${port}`;
  const at = (name: string) => join(directory, name);
  mkdirSync(at('trusted'));
  const key = await createSigningKey({ commonName: 'pysaml2', now: new Date() });
  writeFileSync(at('idp.pem'), key.privateKey, { mode: 0o600 });
  writeFileSync(at('idp.crt'), key.certificate);
  const settings = { url, port, person: PERSON, xmlsec: programPath('xmlsec1') };
  writeFileSync(at('settings.json'), JSON.stringify(settings));
  const server = await startServerProcess({
    program: PYTHON,
    args: ['-B', join(import.meta.dirname, 'pysaml2-idp.py'), directory],
    cwd: directory,
    logFile: at('python.log'),
    readyUrl: `${url}/metadata`,
    signal,
  });
  return {
    metadataUrl: `${url}/metadata`,
    trust(variant, serviceProviderMetadata) {
      writeFileSync(at(`trusted/${variant.name}.xml`), serviceProviderMetadata);
      writeFileSync(at(`trusted/${variant.name}.json`), JSON.stringify(variant));
    },
    log: () => server.log(),
    stop: () => server.stop(),
  };
}

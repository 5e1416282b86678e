import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeBase, portsFrom } from '../system/ports.ts';
import { startSystem, type System } from '../system/system.ts';
import { IDENTITY_PROVIDER, organizationName, organizationYaml } from './organization.ts';
import type { Product, RunningProduct } from './products.ts';
import { expectedOutcome } from './login.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Options {
  /** Takes one line for each case and each thing that is skipped. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Runs every variant of every product that is installed, against the real gateway and admin API; stops all that it started. */
export async function runInterop(products: readonly Product[], { say, signal }: Options): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const installed = products.filter((product) => {
    const { name, variants } = product;
    const packages = product.missing();
    if (packages.length === 0) return true;
    counts.skipped += variants.length;
    say(`skipped  ${name}: ${variants.length} cases; install ${packages.join(' ')} (apt-get install, Debian)`);
    return false;
  });
  if (installed.length === 0) return counts;

  const directory = mkdtempSync(join(tmpdir(), 'rolecall-interop-'));
  const stops: (() => Promise<void>)[] = [];
  try {
    const base = await freeBase();
    const ports = installed.map((_, index) => base + 30 + index);
    // the guarded client of the admin API fetches metadata from these origins of this machine
    process.env['ROLECALL_OUTBOUND_ALLOW'] = ports.map((port) => `http://127.0.0.1:${port}`).join(',');
    const dataDirectory = join(directory, 'system');
    mkdirSync(dataDirectory);
    const system = await startSystem({ ports: portsFrom(base), dataDirectory, durable: false, say: () => {}, signal });
    stops.push(() => system.stop());
    const running: { readonly product: Product; readonly idp: RunningProduct }[] = [];
    for (const [index, product] of installed.entries()) {
      const own = join(directory, product.name);
      mkdirSync(own);
      const idp = await product.start({ port: ports[index] ?? 0, directory: own, signal });
      stops.push(() => idp.stop());
      running.push({ product, idp });
    }
    await applyOrganizations(system, join(directory, 'organizations'), running);
    for (const { product, idp } of running) await runProduct(system, product, idp, counts, say);
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(directory, { recursive: true, force: true });
  }
  return counts;
}

/** One organization for each variant, which the real command line applies; the admin API fetches the metadata. */
async function applyOrganizations(
  system: System,
  directory: string,
  running: readonly { readonly product: Product; readonly idp: RunningProduct }[],
): Promise<void> {
  mkdirSync(directory);
  writeFileSync(join(directory, 'rolecall.yaml'), 'collection: interop\n');
  for (const { product, idp } of running)
    for (const variant of product.variants)
      writeFileSync(
        join(directory, `${organizationName(product, variant)}.yaml`),
        organizationYaml(product, variant, idp.metadataUrl),
      );
  const { code, stdout, stderr } = await system.rolecall(['apply', '--auto-approve'], directory);
  if (code !== 0) throw new Error(`the organizations could not be applied (exit ${code}):\n${stdout}${stderr}`);
}

async function runProduct(
  system: System,
  product: Product,
  idp: RunningProduct,
  counts: { passed: number; failed: number },
  say: (line: string) => void,
): Promise<void> {
  for (const variant of product.variants) {
    const organization = organizationName(product, variant);
    const base = `${system.urls.gateway}/saml/${organization}/${IDENTITY_PROVIDER}`;
    try {
      const metadata = await (await fetch(`${base}/metadata`)).text();
      idp.trust(variant, metadata);
      const outcome = await expectedOutcome({
        system,
        organization,
        base,
        variant,
        logoutUrl: idp.logoutUrl,
      });
      counts.passed++;
      say(`passed   ${product.name}: ${variant.name}: ${outcome}`);
    } catch (error) {
      counts.failed++;
      say(
        `FAILED   ${product.name}: ${variant.name}: ${error instanceof Error ? error.message : String(error)}\n${idp.log()}`,
      );
    }
  }
}

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Finds a Chromium: E2E_CHROMIUM (a path, or `packed`), then the system's, then the one inside @sparticuz/chromium. */
export async function chromiumPath(): Promise<string> {
  const wanted = process.env['E2E_CHROMIUM'];
  const installed = [wanted, ...SYSTEM].find((path) => path && existsSync(path));
  return wanted === 'packed' || !installed ? packedChromium() : installed;
}

/** The package unpacks into os.tmpdir(); a directory of its own keeps versions apart. */
async function packedChromium(): Promise<string> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = join(ROOT, '.cache/chromium');
  mkdirSync(process.env['TMPDIR'], { recursive: true });
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs22.x'; // brings libnss3 and its friends along
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    return await packed.executablePath();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

/**
 * Jest globalSetup: unpacks the packed Chromium before there are workers, since the package takes a half unpacked one, which another
 * worker is about, for whole. The environment stays as it was.
 */
export default async function unpackOnce(): Promise<void> {
  const before = { ...process.env };
  await chromiumPath();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
}

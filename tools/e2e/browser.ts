import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const ROOT = join(import.meta.dirname, '../..');
const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Finds a Chromium: E2E_CHROMIUM (a path, or `packed`), then the system's, then the one inside @sparticuz/chromium. */
export async function launchBrowser(): Promise<Browser> {
  const wanted = process.env['E2E_CHROMIUM'];
  const installed = [wanted, ...SYSTEM].find((path) => path && existsSync(path));
  const executablePath = wanted === 'packed' || !installed ? await packedChromium() : installed;
  return chromium.launch({ executablePath, args: ARGUMENTS });
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

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const SCREENSHOTS = join(import.meta.dirname, '../screenshots');

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1024, height: 720 } };
export const DARK_PHONE: BrowserContextOptions = {
  viewport: { width: 375, height: 720 },
  colorScheme: 'dark',
  hasTouch: true,
};

/** How long a page may take to show something: a limit for what hangs, not a measure. Milliseconds. */
export const STEP_MS = 45_000;

/** Keeps a picture, and sees that nothing is cut off at the side. */
export type Shot = (name: string) => Promise<void>;

/** Runs `walk` in a fresh browser profile. */
export async function inBrowser(
  browser: Browser,
  options: BrowserContextOptions,
  walk: (page: Page, shot: Shot) => Promise<void>,
): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const context = await browser.newContext(options);
  context.setDefaultTimeout(STEP_MS);
  try {
    const page = await context.newPage();
    await walk(page, async (name) => {
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
      const { width, wanted } = await page.evaluate(
        '({ width: innerWidth, wanted: document.documentElement.scrollWidth })' as unknown as () => {
          width: number;
          wanted: number;
        },
      );
      expect({ name, fits: wanted <= width }).toEqual({ name, fits: true });
    });
  } finally {
    await context.close();
  }
}

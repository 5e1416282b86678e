import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that pages link to, read once; `assets/` lies beside both `src/` and `dist/`. */
export interface Asset {
  readonly body: string;
  readonly contentType: string;
  /** With a fingerprint, so that it may be cached for ever and a release still shows at once. */
  readonly href: string;
}

function asset(name: string, contentType: string): Asset {
  const body = readFileSync(join(import.meta.dirname, '../../assets', name), 'utf8');
  const fingerprint = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return { body, contentType, href: `/static/${name}?v=${fingerprint}` };
}

export const STYLESHEET = asset('rolecall.css', 'text/css; charset=utf-8');
export const ICON = asset('icon.svg', 'image/svg+xml');

import { encode } from 'uqr';
import type { VNode } from 'preact';

/** In modules; what a camera needs around the code (ISO/IEC 18004, section 6.3.8). */
const QUIET_ZONE = 4;

/** A text as a picture of black on white, in the dark as well: cameras want it so. Part of the page, so that nobody else is told of it. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const { data, size } = encode(text, { border: QUIET_ZONE, ecc: 'M' });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path fill="#fff" d={`M0 0h${size}v${size}H0z`} />
      <path fill="#000" d={dark.join('')} />
    </svg>
  );
}

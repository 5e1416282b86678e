import type { ComponentChildren, VNode } from 'preact';

interface TableProps {
  /** What a screen reader calls the region, which scrolls by itself where it is too wide. */
  readonly label: string;
  readonly caption: string;
  readonly heads: readonly string[];
  /** Rows, with their roles. */
  readonly children: ComponentChildren;
}

/** The roles say again what the elements are, because the narrow layout takes that from them. */
export function Table({ label, caption, heads, children }: TableProps): VNode {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table role="table">
        <caption>{caption}</caption>
        <thead role="rowgroup">
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" role="columnheader">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">{children}</tbody>
      </table>
    </div>
  );
}

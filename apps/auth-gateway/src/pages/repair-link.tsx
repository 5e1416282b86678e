import type { VNode } from 'preact';

/** One line for the few who can mend the sign-in of an organization; nothing where there are none. */
export function RepairLink({ at }: { readonly at: string | undefined }): VNode | undefined {
  if (at === undefined) return undefined;
  return (
    <p class="actions soft">
      <span>
        Recovery admin? <a href={at}>Repair sign-ins</a>
      </span>
    </p>
  );
}

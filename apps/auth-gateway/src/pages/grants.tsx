import type { VNode } from 'preact';

/** Scope -> roles as a list; says so when there is none. */
export function GrantList({ grants }: { readonly grants: Readonly<Record<string, readonly string[]>> }): VNode {
  const scopes = Object.entries(grants);
  if (scopes.length === 0) return <p class="soft">No roles.</p>;
  return (
    <ul class="facts">
      {scopes.map(([scope, roles]) => (
        <li key={scope}>
          <code>{scope}</code>
          <Chips texts={roles} />
        </li>
      ))}
    </ul>
  );
}

/** Short names side by side, one list. `gone` strikes them through. */
export function Chips({ texts, gone }: { readonly texts: readonly string[]; readonly gone?: boolean }): VNode {
  return (
    <ul class="chips">
      {texts.map((text) => (
        <li key={text} class={gone ? 'chip gone' : 'chip'}>
          {text}
        </li>
      ))}
    </ul>
  );
}

/** Grants as they are listed everywhere: scope -> roles, in the order given. */
export function byScope(
  grants: readonly { scope: string; role: string }[],
): Readonly<Record<string, readonly string[]>> {
  const scopes = new Map<string, string[]>();
  for (const { scope, role } of grants) scopes.set(scope, [...(scopes.get(scope) ?? []), role]);
  return Object.fromEntries(scopes);
}

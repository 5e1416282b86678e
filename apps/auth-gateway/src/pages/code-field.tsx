import type { VNode } from 'preact';

interface CodeFieldProps {
  /** Unique on the page. */
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** Whether a code was wrong just now; the page says so in `#error`. */
  readonly isWrong: boolean;
  /** For one field of a page at most. */
  readonly autofocus?: boolean;
}

/** Where a code is typed: of an authenticator app, or a recovery code. */
export function CodeField({ id, label, hint, isWrong, autofocus }: CodeFieldProps): VNode {
  return (
    <>
      <label for={id}>{label}</label>
      <input
        id={id}
        name="code"
        type="text"
        autocomplete="one-time-code"
        autocapitalize="characters"
        spellcheck={false}
        maxLength={40}
        required
        autofocus={autofocus}
        aria-invalid={isWrong ? true : undefined}
        aria-describedby={isWrong ? `error ${id}-hint` : `${id}-hint`}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </>
  );
}

import type { OrganizationOutcome } from '../applying-each.ts';

const MAX_SHOWN = 10;
/** Each has a sentence that somebody has to read. */
const MAX_FAILED = 50;

/** What came of an apply that did one organization after the other. */
export function outcomesText(outcomes: readonly OrganizationOutcome[]): string {
  const applied = outcomes.flatMap((one) =>
    one.outcome === 'applied'
      ? [one.revision === undefined ? one.organization : `${one.organization} (revision ${one.revision})`]
      : [],
  );
  const failed = outcomes.flatMap((one) =>
    one.outcome === 'failed' ? [`  ${one.organization}  ${one.code}  ${one.message}\n`] : [],
  );
  const left = outcomes.flatMap((one) => (one.outcome === 'not_attempted' ? [one.organization] : []));
  const more = failed.length > MAX_FAILED ? `  and ${failed.length - MAX_FAILED} more (--format json has all)\n` : '';
  return [
    applied.length > 0 ? `Applied: ${short(applied)}.\n` : '',
    failed.length > 0 ? `Failed:\n${failed.slice(0, MAX_FAILED).join('')}${more}` : '',
    left.length > 0 ? `Not attempted: ${short(left)}.\n` : '',
    applied.length < outcomes.length
      ? `${applied.length} of ${outcomes.length} organizations were applied. The next apply plans what is left.\n`
      : '',
  ].join('');
}

function short(names: readonly string[]): string {
  const shown = names.length > MAX_SHOWN ? [...names.slice(0, MAX_SHOWN), `${names.length - MAX_SHOWN} more`] : names;
  return shown.join(', ');
}

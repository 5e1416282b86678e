import { fingerprintOf, PLAN_FORMAT_VERSION, renderPlan, renderPlanMarkdown } from '../index.ts';
import type { FieldChange, Plan } from '../index.ts';

function planWith(fields: readonly FieldChange[]): Plan {
  const impact = { affectedUsers: 0, grants: [], groups: [], refusedUsers: 0, removedIdentityProviders: [] };
  const change = { organization: 'acme', action: 'update' as const, baseRevision: 1, fields, impact };
  const summary = { create: 0, update: 1, rename: 0, delete: 0, release: 0, adopt: 0, unchanged: 9997 };
  const fingerprint = fingerprintOf([change]);
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    collection: 'default',
    fingerprint,
    changes: [change],
    absent: [],
    overrides: [],
    unmanaged: [],
    summary,
  };
}

describe('renderPlan', () => {
  it('lets no value, key or former key of a pull request command the terminal', () => {
    const evil = '\u001b[2J\u009b2J\u202e\r\n';
    const text = renderPlan(
      planWith([
        { path: `/spec/authorization/mappingRoles/${evil}`, action: 'rename', origin: 'git', previousKey: evil },
        { path: '/spec/displayName', action: 'update', origin: 'git', before: 'Acme', after: evil },
      ]),
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it('cuts long values and says how long they are', () => {
    const text = renderPlan(
      planWith([{ path: '/spec/displayName', action: 'create', origin: 'git', after: 'x'.repeat(20_000) }]),
    );
    expect(text.length).toBeLessThan(600);
    expect(text).toContain('… (20,002 characters)');
  });

  it('cuts no address to which users are sent', () => {
    const redirectUris = Array.from(
      { length: 20 },
      (_, index) => `https://app-${index}.example.com/${'x'.repeat(400)}`,
    );
    const fields = [
      { path: '/spec/applications/dashboard', after: { type: 'oidc', redirectUris }, action: 'create' as const },
      { path: '/spec/applications/office/redirectUris', before: [], after: redirectUris, action: 'update' as const },
    ].map((field) => ({ ...field, origin: 'git' as const }));
    for (const text of [renderPlan(planWith(fields)), renderPlanMarkdown(planWith(fields))]) {
      expect(text.match(/app-19\.example\.com/g)).toHaveLength(2);
    }
  });

  it('ends with a line that tools find', () => {
    const [, last] = renderPlan(planWith([])).trimEnd().split('\n\n');
    expect(last).toMatch(
      /^Plan: 0 to add, 1 to change, 0 to delete, 9,997 unchanged \(fingerprint sha256:[0-9a-f]{64}\)$/,
    );
  });

  it('shows where a change stands, and paints it', () => {
    const source = { file: 'acme.yaml', line: 3, column: 5 };
    const paint = (style: string, text: string) => `<${style}>${text}</${style}>`;
    const text = renderPlan(
      planWith([{ path: '/spec/displayName', action: 'delete', origin: 'git', before: 'A', source }]),
      {
        paint,
      },
    );
    expect(text).toContain('<delete>- spec.displayName: "A"</delete><quiet>  acme.yaml:3:5</quiet>');
  });
});

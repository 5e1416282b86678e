import { fingerprintOf, PLAN_FORMAT_VERSION, renderPlanMarkdown } from '../index.ts';
import type { FieldChange, OrganizationChange, Plan, PlanAction } from '../index.ts';

const NO_IMPACT = { affectedUsers: 0, grants: [], groups: [], refusedUsers: 0, removedIdentityProviders: [] };
const SUMMARY = { create: 0, update: 1, rename: 0, delete: 0, release: 0, adopt: 0, unchanged: 9997 };

function change(organization: string, action: PlanAction, fields: readonly FieldChange[] = []): OrganizationChange {
  return { organization, action, baseRevision: 1, fields, impact: NO_IMPACT };
}

function planOf(changes: readonly OrganizationChange[], absent: readonly string[] = []): Plan {
  const fingerprint = fingerprintOf(changes);
  const head = { formatVersion: PLAN_FORMAT_VERSION, collection: 'default', fingerprint } as const;
  return { ...head, changes, absent, overrides: [], unmanaged: [], summary: SUMMARY };
}

const label = (after: string): FieldChange => ({
  path: '/metadata/labels/tier',
  action: 'create',
  origin: 'git',
  after,
});
const idp: FieldChange = {
  path: '/spec/identityProviders/okta/enabled',
  action: 'update',
  origin: 'git',
  before: true,
  after: false,
};

describe('a plan as a comment', () => {
  it('begins with the marker by which the next run finds it', () => {
    expect(renderPlanMarkdown(planOf([])).split('\n')[0]).toBe('<!-- rolecall-plan default -->');
    const named = { ...planOf([]), collection: 'a --> <script>' };
    expect(renderPlanMarkdown(named).split('\n')[0]).toBe('<!-- rolecall-plan a--script -->');
  });

  it('shows what is deleted first, then what decides who gets in, then the rest', () => {
    const text = renderPlanMarkdown(
      planOf([change('a-label', 'update', [label('x')]), change('m-idp', 'update', [idp]), change('z-gone', 'delete')]),
    );
    const order = ['z&#45;gone', 'z-gone', 'm-idp', 'a-label'].map((name) =>
      text.lastIndexOf(`${name}</code></summary>`),
    );
    const [, gone = 0, provider = 0, last = 0] = order;
    expect(gone).toBeLessThan(provider);
    expect(provider).toBeLessThan(last);
    expect(text).toMatch(
      /Deleted or released[^]*delete <code>z-gone<\/code>[^]*Who gets in[^]*update <code>m-idp<\/code>/,
    );
  });

  it('makes no markup, link or mention of what others wrote', () => {
    const evil = '</code></details> [x](https://evil.example) @everyone `a` | <img src=x> \u202e\n# big';
    const text = renderPlanMarkdown(
      planOf(
        [
          change('acme', 'update', [
            label(evil),
            { ...label('x'), path: `/metadata/labels/${evil.replaceAll('/', '~1')}` },
          ]),
        ],
        [evil],
      ),
    );
    expect(text).not.toMatch(/<img|@everyone|\]\(|\u202e|^# /mu);
    expect(text.match(/<\/details>/g)).toHaveLength(1);
  });

  it('fits into a comment, with the summary, every deletion and what was left out', () => {
    const many = Array.from({ length: 3000 }, (_, index) => change(`org-${index}`, 'update', [label('x'.repeat(300))]));
    const text = renderPlanMarkdown(planOf([...many, change('gone', 'delete')]), { link: 'https://ci.example/1' });
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text).toContain('delete <code>gone</code>');
    expect(text).toMatch(
      /[\d,]+ organizations are not shown in full here: \[the whole plan\]\(https:\/\/ci\.example\/1\)/,
    );
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it('fits whatever one field holds, and however many deletions there are', () => {
    const long = planOf([
      change(
        'acme',
        'update',
        Array.from({ length: 2000 }, () => label('y'.repeat(500))),
      ),
    ]);
    const gone = planOf(Array.from({ length: 5000 }, (_, index) => change(`organization-${index}`, 'delete')));
    for (const plan of [long, gone]) expect(renderPlanMarkdown(plan).length).toBeLessThanOrEqual(60_000);
    expect(renderPlanMarkdown(gone)).toMatch(/… and 4,\d{3} more/);
    const names = Array.from({ length: 9000 }, (_, index) => `absent-${index}`);
    expect(renderPlanMarkdown(planOf(gone.changes, names)).length).toBeLessThanOrEqual(60_000);
  });
});

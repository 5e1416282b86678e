import type { FlowStep } from '@rolecall/persistence';
import type { Decision, Facts, TraceEntry } from '@rolecall/role-mapping';
import type { ComponentChildren, VNode } from 'preact';
import type { TestReport } from '../login/test-report.ts';
import { byScope, Chips, GrantList } from './grants.tsx';
import { Page } from './page.tsx';

/** The last page of `/sso/test/:org/:idp`. */
export function TestPage({ report }: { readonly report: TestReport }): VNode {
  const { organization, identityProvider, code, steps, facts, decision, traceId } = report;
  return (
    <Page title="Test of a sign-in" wide>
      <h1>
        Test of {identityProvider} for {organization}
      </h1>
      {code === undefined ? (
        <p class="note" role="status">
          Success: this person would be signed in. Nothing was changed and no session was opened.
        </p>
      ) : (
        <p class="alert" role="alert">
          This person would not be signed in: <code>{code}</code>
        </p>
      )}
      <Steps steps={steps} />
      {decision && <DecisionPart decision={decision} />}
      {facts && <FactsPart facts={facts} />}
      <dl class="reference">
        <dt>Reference</dt>
        <dd>
          <code>{traceId}</code>
        </dd>
      </dl>
    </Page>
  );
}

function Steps({ steps }: { readonly steps: readonly FlowStep[] }): VNode {
  return (
    <Section title="Steps" caption="Each check of the sign-in, in order" heads={['Check', 'Result', 'Found']}>
      {steps.map(({ check, passed, want, got }) => (
        <tr key={check}>
          <th scope="row">{check.replaceAll('_', ' ')}</th>
          <td>
            <Verdict good={passed} yes="passed" no="failed" />
          </td>
          <td>
            {got}
            {want && <div class="soft">Wanted: {want}</div>}
          </td>
        </tr>
      ))}
    </Section>
  );
}

const KINDS: Readonly<Record<TraceEntry['kind'], string>> = {
  mappingRole: 'mapping role',
  rule: 'rule',
  accountAttribute: 'account attribute',
  default: 'default',
};

function DecisionPart({ decision }: { readonly decision: Decision }): VNode {
  return (
    <>
      <h2>Decision</h2>
      {decision.outcome === 'refused' ? (
        <p>{decision.refusal.reason}</p>
      ) : (
        <>
          <GrantList grants={byScope(decision.grants)} />
          {decision.groups.length > 0 && (
            <p>
              Groups: <Chips texts={decision.groups.map(({ group }) => group)} />
            </p>
          )}
        </>
      )}
      <Section title="Rules" caption="Every entry of the organization's mapping" heads={['Entry', 'Matched', 'Why']}>
        {decision.trace.map(({ kind, name, matched, why }) => (
          <tr key={`${kind}/${name}`}>
            <th scope="row">
              {name} <span class="soft">({KINDS[kind]})</span>
            </th>
            <td>
              <Verdict good={matched} yes="yes" no="no" />
            </td>
            <td>{why}</td>
          </tr>
        ))}
      </Section>
    </>
  );
}

function FactsPart({ facts }: { readonly facts: Facts }): VNode {
  return (
    <Section title="Facts" caption="What the identity provider said of this person" heads={['Attribute', 'Values']}>
      {[...facts].map(([name, values]) => (
        <tr key={name}>
          <th scope="row">
            <code>{name}</code>
          </th>
          <td>{values.length === 0 ? <span class="soft">no value</span> : values.join(', ')}</td>
        </tr>
      ))}
    </Section>
  );
}

interface SectionProps {
  readonly title: string;
  readonly caption: string;
  readonly heads: readonly string[];
  readonly children: ComponentChildren;
}

function Section({ title, caption, heads, children }: SectionProps): VNode {
  return (
    <section>
      <h2>{title}</h2>
      <div class="scroll" role="region" aria-label={title} tabIndex={0}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}

function Verdict({ good, yes, no }: { readonly good: boolean; readonly yes: string; readonly no: string }): VNode {
  return <span class={good ? 'yes' : 'no'}>{good ? `✓ ${yes}` : `✗ ${no}`}</span>;
}

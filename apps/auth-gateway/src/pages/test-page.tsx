import type { FlowStep } from '@rolecall/persistence';
import { errorGuidance } from '@rolecall/platform/guidance';
import type { Decision, Facts, TraceEntry } from '@rolecall/role-mapping';
import type { ComponentChildren, VNode } from 'preact';
import type { TestReport } from '../login/test-report.ts';
import { sentenceOf } from '../errors/sentences.ts';
import { TraceId } from './error-page.tsx';
import { byScope, Chips, GrantList } from './grants.tsx';
import { Page } from './page.tsx';
import { Table } from './table.tsx';

/** The last page of `/sso/test/:org/:idp`. */
export function TestPage({ report }: { readonly report: TestReport }): VNode {
  const {
    organization,
    identityProvider,
    code,
    steps,
    facts,
    decision,
    traceId,
    detailed,
    decidedByDirectory = false,
  } = report;
  return (
    <Page title={`Test of ${identityProvider}: ${code === undefined ? 'success' : 'refused'}`} wide>
      <h1>
        Test of {identityProvider} for {organization}
      </h1>
      {code === undefined ? (
        <p class="note" role="status">
          Success: this person would be signed in. Nothing was changed and no session was opened.
        </p>
      ) : (
        <div class="alert" role="alert">
          <p>
            This person would not be signed in: <code>{code}</code>
          </p>
          <p>They would read: “{sentenceOf(code).sentence}”</p>
          {detailed && <Advice report={report} code={code} />}
        </div>
      )}
      <Steps steps={steps} detailed={detailed} />
      {decision && <DecisionPart decision={decision} />}
      {facts && <FactsPart facts={facts} ofDirectory={decidedByDirectory} />}
      {!detailed && (
        <p class="soft">
          Why is for those who administer the sign-in: they find it by the trace id, and a test link that they make
          shows it here, with what your company's sign-in says of you.
        </p>
      )}
      <TraceId traceId={traceId}>The flow record of this test is kept under it.</TraceId>
    </Page>
  );
}

function Advice({ report, code }: { readonly report: TestReport; readonly code: string }): VNode | null {
  const guidance = errorGuidance(code, report.vendor, report.protocol);
  if (!guidance) return null;
  return (
    <>
      <p>{guidance.sentence}</p>
      {guidance.menu && (
        <p>
          <strong>{guidance.menu}</strong>
        </p>
      )}
    </>
  );
}

interface StepsProps {
  readonly steps: readonly FlowStep[];
  readonly detailed: boolean;
}

function Steps({ steps, detailed }: StepsProps): VNode {
  const heads = ['Check', 'Result', ...(detailed ? ['Found'] : [])];
  return (
    <Section title="Steps" caption="Each check of the sign-in, in order" heads={heads}>
      {steps.map(({ check, passed, want, got }) => (
        <tr key={check} role="row">
          <th scope="row" role="rowheader">
            {check.replaceAll('_', ' ')}
          </th>
          <td role="cell">
            <Verdict good={passed} yes="passed" no="failed" />
          </td>
          {detailed && (
            <td role="cell">
              {got}
              {want && <div class="soft">Wanted: {want}</div>}
            </td>
          )}
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
            <>
              <h3>Groups</h3>
              <Chips texts={decision.groups.map(({ group }) => group)} />
            </>
          )}
        </>
      )}
      <Section title="Rules" caption="Every entry of the organization's mapping" heads={['Entry', 'Matched', 'Why']}>
        {decision.trace.map(({ kind, name, matched, why }) => (
          <tr key={`${kind}/${name}`} role="row">
            <th scope="row" role="rowheader">
              {name} <span class="soft">({KINDS[kind]})</span>
            </th>
            <td role="cell">{matched ? <Verdict good yes="yes" no="no" /> : <span class="soft">– no</span>}</td>
            <td role="cell">{why}</td>
          </tr>
        ))}
      </Section>
    </>
  );
}

interface FactsProps {
  readonly facts: Facts;
  readonly ofDirectory: boolean;
}

function FactsPart({ facts, ofDirectory }: FactsProps): VNode {
  const caption = ofDirectory
    ? 'What the directory (SCIM) says of this person: it decides, and what the identity provider said just now does not'
    : 'What the identity provider said of this person';
  return (
    <Section title="Facts" caption={caption} heads={['Attribute', 'Values']}>
      {[...facts].map(([name, values]) => (
        <tr key={name} role="row">
          <th scope="row" role="rowheader">
            <code>{name}</code>
          </th>
          <td role="cell">{values.length === 0 ? <span class="soft">no value</span> : values.join(', ')}</td>
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
      <Table label={title} caption={caption} heads={heads}>
        {children}
      </Table>
    </section>
  );
}

function Verdict({ good, yes, no }: { readonly good: boolean; readonly yes: string; readonly no: string }): VNode {
  return <span class={good ? 'yes' : 'no'}>{good ? `✓ ${yes}` : `✗ ${no}`}</span>;
}

import type { ScimAttributeFact, SetupField, SetupStep } from '@rolecall/platform/guidance';
import type { ComponentChildren, VNode } from 'preact';
import type { Setup } from '../setup/setup.ts';
import { Page } from './page.tsx';
import { Table } from './table.tsx';

/** `GET /setup/:org/:idp`: what to enter where, for the administrator of the customer's identity provider. */
export function SetupPage({ setup }: { readonly setup: Setup }): VNode {
  const { organization, identityProvider, protocol, vendor, values, metadata, roles, certificate, testHref } = setup;
  return (
    <Page title={`Set up ${identityProvider}`} wide>
      <h1>
        Set up {identityProvider} for {organization}
      </h1>
      <p class="soft">
        {protocol === 'saml' ? 'SAML 2.0' : 'OpenID Connect'}. Enter these values at your identity provider.
      </p>
      <h2>Addresses</h2>
      {setup.addresses.map(({ label, value }, index) => (
        <Copy key={label} id={`address-${index}`} label={label} value={value} />
      ))}
      {certificate && (
        <details>
          <summary>Certificate that signs our messages</summary>
          <pre tabIndex={0}>{certificate.trim()}</pre>
        </details>
      )}
      <h2>At {vendor.name}</h2>
      <Vendors setup={setup} />
      <ol class="steps">
        {vendor.steps.map((step) => (
          <Step key={step.text} step={step} values={values} />
        ))}
      </ol>
      <Attributes setup={setup} />
      <p class="after-table">
        <Marked text={roles} />
      </p>
      {metadata && (
        <>
          <h2>Send us</h2>
          <p>
            <Marked text={metadata} /> It holds your signing certificate. At an address of yours we look for a new one
            by ourselves; of a file, we need the new one.
          </p>
        </>
      )}
      <h2>Test</h2>
      <p>A test changes nothing and signs nobody in.</p>
      <a class="button" href={testHref}>
        Test sign-in
      </a>
      <Traps title="Worth knowing" traps={vendor.traps} />
      <Provisioning setup={setup} />
      <details>
        <summary>For the platform team: the entry in the organization document</summary>
        <pre tabIndex={0}>{setup.yaml}</pre>
      </details>
    </Page>
  );
}

function Traps({ title, traps }: { readonly title: string; readonly traps: readonly string[] }): VNode | null {
  if (traps.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {traps.map((trap) => (
          <li key={trap}>
            <Marked text={trap} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** How users and groups come over SCIM; nothing when the organization has no directory. */
function Provisioning({ setup: { scim, values } }: { readonly setup: Setup }): VNode | null {
  if (scim === undefined) return null;
  return (
    <>
      <h2 id="provisioning">Provisioning (SCIM 2.0)</h2>
      {typeof scim === 'string' ? (
        <p>
          <Marked text={scim} />
        </p>
      ) : (
        <>
          <ol class="steps">
            {scim.steps.map((step) => (
              <Step key={step.text} step={step} values={values} prefix="scim" />
            ))}
          </ol>
          <p>
            The test there: <Marked text={scim.test} />
          </p>
          <ScimAttributes attributes={scim.attributes} />
          <Traps title="Worth knowing about provisioning" traps={scim.traps} />
        </>
      )}
    </>
  );
}

function Vendors({ setup }: { readonly setup: Setup }): VNode {
  return (
    <nav aria-label="Identity provider">
      <ul class="tabs">
        {setup.vendors.map(({ name, href, current }) => (
          <li key={href}>
            <a href={href} aria-current={current ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface StepProps {
  readonly step: SetupStep;
  readonly values: Setup['values'];
  /** Begins the fields' ids, since labels may come twice on the page. */
  readonly prefix?: string;
}

function Step({ step, values, prefix = 'field' }: StepProps): VNode {
  return (
    <li>
      <p>
        <Marked text={step.text} />
      </p>
      {step.fields?.map((field) => (
        <Field key={field.label} field={field} values={values} prefix={prefix} />
      ))}
    </li>
  );
}

interface FieldProps extends Omit<StepProps, 'step'> {
  readonly field: SetupField;
}

function Field({ field, values, prefix = 'field' }: FieldProps): VNode {
  const { label, note } = field;
  const value = 'value' in field ? values[field.value] : field.text;
  return <Copy id={`${prefix}-${label.replaceAll(/\W+/g, '-')}`} label={label} value={value} note={note} />;
}

interface CopyProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly note?: string | undefined;
}

/** A value to copy: a field that cannot be changed is selected as a whole by the keyboard, and scrolls on a phone. */
function Copy({ id, label, value, note }: CopyProps): VNode {
  return (
    <div class="copy">
      <label for={id}>{label}</label>
      {value !== '' && (
        <input
          id={id}
          type="text"
          readOnly
          spellcheck={false}
          translate={false}
          value={value}
          aria-describedby={note && `${id}-note`}
        />
      )}
      {note && (
        <p class="hint" id={`${id}-note`}>
          <Marked text={note} />
        </p>
      )}
    </div>
  );
}

function Attributes({ setup: { protocol, attributes } }: { readonly setup: Setup }): VNode {
  const what = protocol === 'saml' ? 'Attributes' : 'Claims';
  const rows = attributes.map(({ name, source, use }) => ({ name, cells: [source, use] }));
  return (
    <>
      <h2>{what}</h2>
      <Values
        what={what}
        caption="Names are as they are sent, upper and lower case included"
        heads={['Name', 'Source', 'What it is for']}
        rows={rows}
      />
    </>
  );
}

function ScimAttributes({ attributes }: { readonly attributes: readonly ScimAttributeFact[] }): VNode {
  const rows = attributes.map(({ attribute, source, fact }) => ({ name: attribute, cells: [source, fact] }));
  return (
    <Values
      what="Attributes of users and groups"
      caption="What is sent, and what rules know it as"
      heads={['Attribute', 'Source', 'In rules']}
      rows={rows}
    />
  );
}

interface ValuesProps {
  readonly what: string;
  readonly caption: string;
  readonly heads: readonly string[];
  /** An empty cell is what the administrator chooses. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly (string | undefined)[] }[];
}

function Values({ what, caption, heads, rows }: ValuesProps): VNode {
  return (
    <Table label={what} caption={caption} heads={heads}>
      {rows.map(({ name, cells }) => (
        <tr key={name} role="row">
          <th scope="row" role="rowheader">
            <code>{name}</code>
          </th>
          {cells.map((text, index) => (
            <td key={index} role="cell">
              {text ?? <span class="soft">your choice</span>}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

/** `**what stands on a screen**` and code, as the vendors' facts mark them. */
function Marked({ text }: { readonly text: string }): VNode {
  const parts = text.split(/(\*\*[^*]+\*\*|`[^`]+`)/);
  return (
    <>
      {parts.map((part, index): ComponentChildren => {
        if (part.startsWith('**')) return <strong key={index}>{part.slice(2, -2)}</strong>;
        if (part.startsWith('`')) return <code key={index}>{part.slice(1, -1)}</code>;
        return part;
      })}
    </>
  );
}

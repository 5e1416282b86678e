import type { EffectiveOrganization } from '@rolecall/org-config';
import type { VNode } from 'preact';
import { RELEASE_HOURS, type RepairForm } from '../recovery/repairs.ts';
import type { IdentityProviderState, RefusedSignIn, SignInState } from '../recovery/sign-in-state.ts';
import { Page } from './page.tsx';

const DONE = {
  metadata: 'The metadata is replaced. Test the sign-in now.',
  enabled: 'The identity provider is switched on: people can sign in with it.',
  disabled: 'The identity provider is switched off: nobody signs in with it until it is switched on again.',
  release:
    'People sign in without single sign-on until the time that you chose: everybody was signed out, and “forgot password” gives a password.',
} as const;

type Done = keyof typeof DONE;

/** Whether the address of the page says one of these. @param unverified a query parameter */
export function isDone(unverified: unknown): unverified is Done {
  return typeof unverified === 'string' && Object.hasOwn(DONE, unverified);
}

export interface RecoveryPageProps {
  readonly settings: EffectiveOrganization;
  readonly state: SignInState;
  readonly expiresAt: Date;
  readonly now: Date;
  readonly done?: Done | undefined;
  /** A sentence: why the last form did nothing. */
  readonly refused?: string | undefined;
  /** Its code, where it has one. */
  readonly code?: string | undefined;
  /** The identity provider whose metadata was refused. */
  readonly at?: string | undefined;
  /** What was refused, which nobody should have to paste again. UNVERIFIED */
  readonly sent?: RepairForm;
}

/** `GET /recovery`: how sign-ins are, and what repairs them. */
export function RecoveryPage(props: RecoveryPageProps): VNode {
  const { settings, state, expiresAt, now, done, refused, code, at, sent } = props;
  const minutes = Math.max(1, Math.round((expiresAt.getTime() - now.getTime()) / 60_000));
  return (
    <Page title={refused === undefined ? 'Repair single sign-on' : 'Error: repair single sign-on'} wide>
      <h1>Repair single sign-on of {settings.displayName}</h1>
      {refused !== undefined && <Refused sentence={refused} code={code} />}
      {done && (
        <p class="note" role="status">
          {DONE[done]}
        </p>
      )}
      <p class="soft">
        For {minutes} more minutes you can repair the sign-in here, and do nothing else. What you change is shown in
        every plan of the configuration, and is taken back after seven days: ask whoever keeps the configuration to put
        it there.
      </p>
      {state.identityProviders.map((provider) => (
        <Provider key={provider.name} provider={provider} refused={at === provider.name ? (sent ?? {}) : undefined} />
      ))}
      {state.identityProviders.length === 0 && <p>There is no identity provider.</p>}
      <h2>Latest refusals</h2>
      {state.refusals.length === 0 ? (
        <p class="soft">None in the last 30 days.</p>
      ) : (
        <Refusals refusals={state.refusals} />
      )}
      {settings.login.enforceSso && <Release />}
      <form class="actions" method="post" action="/recovery/end">
        <button class="button quiet" type="submit">
          End recovery
        </button>
      </form>
    </Page>
  );
}

function Refused({ sentence, code }: { readonly sentence: string; readonly code: string | undefined }): VNode {
  return (
    <div class="alert" role="alert">
      <p>Nothing was changed. {sentence}</p>
      {code === 'replace_needs_consent' && (
        <p>
          If another identity provider is meant to take its place, tick “This is another identity provider” and send it
          again.
        </p>
      )}
    </div>
  );
}

interface ProviderProps {
  readonly provider: IdentityProviderState;
  /** Of the form of its metadata. */
  readonly refused: RepairForm | undefined;
}

function Provider({ provider, refused }: ProviderProps): VNode {
  const { name, displayName, type, enabled, certificates, problem, lastSignIn } = provider;
  return (
    <section class="provider">
      <h2>{displayName}</h2>
      <dl class="about">
        <div>
          <dt>State</dt>
          <dd>{enabled ? 'Switched on' : 'Switched off'}</dd>
        </div>
        <div>
          <dt>Last sign-in or test that worked</dt>
          <dd>{lastSignIn ? moment(lastSignIn) : 'None'}</dd>
        </div>
        {certificates.map(({ endsAt, ended }) => (
          <div key={endsAt.getTime()}>
            <dt>Signing certificate</dt>
            <dd class={ended ? 'no' : undefined}>{ended ? `Ended on ${day(endsAt)}` : `Ends on ${day(endsAt)}`}</dd>
          </div>
        ))}
        {problem !== undefined && (
          <div>
            <dt>Metadata</dt>
            <dd class="no">{problem}</dd>
          </div>
        )}
      </dl>
      <div class="beside">
        <Action action="test" name={name} label={`Test ${displayName}`} />
        <Action
          action="enabled"
          name={name}
          label={enabled ? 'Switch off' : 'Switch on'}
          value={{ enabled: String(!enabled) }}
        />
      </div>
      {type === 'saml' ? (
        <Metadata name={name} displayName={displayName} refused={refused} />
      ) : (
        <p class="soft">
          The client secret of an OpenID provider cannot be replaced here: whoever keeps the configuration does.
        </p>
      )}
    </section>
  );
}

interface ActionProps {
  readonly action: 'test' | 'enabled';
  readonly name: string;
  readonly label: string;
  readonly value?: Readonly<Record<string, string>>;
}

function Action({ action, name, label, value = {} }: ActionProps): VNode {
  return (
    <form method="post" action={`/recovery/${action}`}>
      <input type="hidden" name="idp" value={name} />
      {Object.entries(value).map(([key, said]) => (
        <input key={key} type="hidden" name={key} value={said} />
      ))}
      <button class="button quiet" type="submit">
        {label}
      </button>
    </form>
  );
}

interface MetadataProps {
  readonly name: string;
  readonly displayName: string;
  readonly refused: RepairForm | undefined;
}

function Metadata({ name, displayName, refused }: MetadataProps): VNode {
  return (
    <details open={refused !== undefined}>
      <summary>Replace the metadata and certificates of {displayName}</summary>
      <form method="post" action="/recovery/metadata">
        <input type="hidden" name="idp" value={name} />
        <label for={`xml-${name}`}>Metadata XML</label>
        <textarea
          id={`xml-${name}`}
          name="xml"
          rows={8}
          maxLength={500_000}
          spellcheck={false}
          aria-describedby={`xml-hint-${name}`}
          value={textOf(refused, 'xml')}
        />
        <p class="hint" id={`xml-hint-${name}`}>
          What the identity provider offers as its metadata file: open it, and paste all of it.
        </p>
        <label for={`url-${name}`}>Or its URL</label>
        <input
          id={`url-${name}`}
          name="url"
          type="url"
          maxLength={2048}
          spellcheck={false}
          value={textOf(refused, 'url')}
        />
        <p>
          <label class="check">
            <input type="checkbox" name="another" value="yes" checked={refused?.['another'] === 'yes'} /> This is
            another identity provider
          </label>
          <span class="hint"> People keep their accounts only if it calls them the same.</span>
        </p>
        <button class="button" type="submit">
          Replace
        </button>
      </form>
    </details>
  );
}

function Refusals({ refusals }: { readonly refusals: readonly RefusedSignIn[] }): VNode {
  return (
    <ul class="refusals">
      {refusals.map(({ at, identityProvider, code, sentence }) => (
        <li key={`${at.getTime()} ${code}`}>
          <span>
            {moment(at)}, {identityProvider}: <code>{code}</code>
          </span>
          {sentence !== undefined && <p>{sentence}</p>}
        </li>
      ))}
    </ul>
  );
}

function Release(): VNode {
  return (
    <details>
      <summary>Let people in without single sign-on</summary>
      <p>
        For when the identity provider stays down. Everybody is signed out; people get a password by “forgot password”.
        All settings of single sign-on stay. After this time it is enforced again, if somebody signed in with it within
        the last 14 days: test the sign-in here before.
      </p>
      <form method="post" action="/recovery/release">
        <label for="hours">For how long</label>
        <select id="hours" name="hours">
          {RELEASE_HOURS.map((hours) => (
            <option key={hours} value={String(hours)}>
              {hours === 1 ? '1 hour' : `${hours} hours`}
            </option>
          ))}
        </select>
        <button class="button" type="submit">
          Stop enforcing single sign-on
        </button>
      </form>
    </details>
  );
}

const textOf = (form: RepairForm | undefined, name: string) => {
  const value = form?.[name];
  return typeof value === 'string' ? value : undefined;
};

const day = (at: Date) => at.toISOString().slice(0, 10);
const moment = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

import type { Vendor } from '../vendor.ts';
import { adfs } from './adfs.ts';
import { auth0 } from './auth0.ts';
import { cloudflare } from './cloudflare.ts';
import { entra } from './entra.ts';
import type { VendorFacts } from './facts.ts';
import { generic } from './generic.ts';
import { google } from './google.ts';
import { jumpcloud } from './jumpcloud.ts';
import { keycloak } from './keycloak.ts';
import { okta } from './okta.ts';
import { onelogin } from './onelogin.ts';
import { pingone } from './pingone.ts';

/** Every vendor that we know the menus of; what is written nowhere else. */
export const VENDOR_FACTS: Readonly<Record<Vendor, VendorFacts>> = {
  okta,
  entra,
  onelogin,
  google,
  jumpcloud,
  pingone,
  cloudflare,
  auth0,
  keycloak,
  adfs,
  generic,
};

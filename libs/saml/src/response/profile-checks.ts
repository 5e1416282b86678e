import { attributesAreNamed } from './attributes.ts';
import { authnContextIsRequested, authnIsNewWhenForced, authnIsPast, sessionIsLive } from './authn-checks.ts';
import { audienceIsUs, conditionsAreKnown, conditionsHoldNow } from './conditions-checks.ts';
import type { ProfileCheck } from './exchange.ts';
import {
  assertionIsTheSignedOne,
  destinationIsOurs,
  issuerIsTheIdp,
  messagesAreFresh,
  responseIssuerIsTheIdp,
  versionsAreSupported,
} from './message-checks.ts';
import { nameIdIsPlainText, subjectIsConfirmed } from './subject-checks.ts';

/** The Web Browser SSO profile's demands on a Response whose signatures are verified (rule G6). In this order. */
export const profileChecks: readonly ProfileCheck[] = [
  assertionIsTheSignedOne,
  versionsAreSupported, //        Core 2.3.3, 3.2.2
  messagesAreFresh, //            Core 2.3.3, 3.2.2
  destinationIsOurs, //           Core 3.2.2, Bindings 3.5.5.2
  responseIssuerIsTheIdp, //      Profiles 4.1.4.2
  issuerIsTheIdp, //              Core 2.3.3, Profiles 4.1.4.2
  nameIdIsPlainText, //           Core 2.2.3
  subjectIsConfirmed, //          Profiles 4.1.4.2-4.1.4.3, Core 3.2.2.1
  conditionsHoldNow, //           Core 2.5.1.2
  conditionsAreKnown, //          Core 2.5.1
  audienceIsUs, //                Core 2.5.1.4
  authnIsPast, //                 Core 2.7.2, Profiles 4.1.4.2
  authnIsNewWhenForced, //        Core 3.4.1
  authnContextIsRequested, //     Core 3.3.2.2.1
  sessionIsLive, //               Core 2.7.2
  attributesAreNamed, //          Core 2.7.3.1
];

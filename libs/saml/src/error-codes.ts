/** Who can end a refusal: the platform team (Rolecall's configuration), the customer's IdP administrator, or the user. */
export type MustAct = 'platform' | 'customer' | 'user';

interface ErrorEntry {
  /** One sentence for the operator: what to do. Never shown to the user as it is (rule G11). */
  readonly sentence: string;
  readonly mustAct: MustAct;
}

const customer = (sentence: string): ErrorEntry => ({ sentence, mustAct: 'customer' });
const platform = (sentence: string): ErrorEntry => ({ sentence, mustAct: 'platform' });
const user = (sentence: string): ErrorEntry => ({ sentence, mustAct: 'user' });

/** Every code that this library refuses with. A code is stable: tests, flow records and dashboards rely on it. */
export const SAML_ERROR_CODES = {
  // the POST at the assertion consumer service (rule G1)
  method_not_allowed: user('Start the sign-in again: the assertion consumer service accepts only POST.'),
  content_type_not_form: customer('Send the response by HTTP-POST as application/x-www-form-urlencoded.'),
  saml_in_query: customer('Send the response in the form body: SAML parameters in the query are refused.'),
  saml_request_not_allowed: customer('Send only a SAMLResponse here: this endpoint takes no SAMLRequest.'),
  saml_response_missing: user('Start the sign-in again: the form held no SAMLResponse.'),
  saml_response_repeated: customer('Send exactly one SAMLResponse as a text field of the form.'),
  relay_state_invalid: customer('Return RelayState unchanged and once: at most 80 bytes of text.'),
  login_not_restarted: user('Start the sign-in again: this endpoint never starts one.'),
  not_supported: platform(
    'Use the metadata and request functions of this library: the strategy only answers the assertion consumer service.',
  ),

  // size, encoding and XML syntax (rule G2)
  response_too_large: customer(
    'Make the response smaller than 256 kB, for example by filtering the groups that are sent.',
  ),
  response_not_base64: customer('Encode the response as base64.'),
  xml_encoding: customer('Encode the XML as UTF-8 and declare no other encoding.'),
  xml_malformed: customer('Send well-formed XML 1.0 with namespaces.'),
  xml_doctype: customer('Send no DOCTYPE: document types and entities are refused.'),
  xml_comment: customer('Send no XML comments.'),
  xml_cdata: customer('Send no CDATA sections.'),
  xml_processing_instruction: customer('Send no processing instructions.'),
  xml_too_many_elements: customer('Send at most 2000 XML elements, for example by filtering the groups that are sent.'),
  xml_too_deep: customer('Nest XML elements at most 40 deep.'),
  xml_too_many_attributes: customer('Use at most 40 attributes on an XML element.'),
  xml_too_many_namespaces: customer('Declare at most 60 namespaces around an element.'),
  xml_namespace: customer('Use absolute namespace names without spaces and quotes.'),
  xml_attribute_name: customer('Use no attribute names that begin with xmlns.'),

  // structure and signatures (rules G2-G5)
  not_a_response: customer('Send a samlp:Response of SAML 2.0.'),
  id_missing: customer('Give the Response and the Assertion an ID.'),
  id_ambiguous: customer('Use only the attribute ID on SAML elements and Id on signature elements.'),
  id_duplicate: customer('Give every element an ID of its own.'),
  status_missing: customer('Send one Status with one StatusCode.'),
  status_not_success: customer('The identity provider refused the sign-in: its log says why.'),
  assertion_missing: customer('Send an Assertion in the Response.'),
  assertion_several: customer('Send exactly one Assertion.'),
  assertion_misplaced: customer('Send the Assertion as a child of the Response.'),
  signature_missing: customer('Sign the Assertion, the Response or both.'),
  signature_misplaced: customer('Put signatures only on the message itself and on its Assertion.'),
  signature_several: customer('Put at most one signature on an element.'),
  signature_required: customer('Sign everything that this connection asks to be signed.'),
  signature_malformed: customer('Send signatures in the form of XML Signature, with one SignedInfo and one Reference.'),
  signature_object: customer('Send no ds:Object in signatures.'),
  key_info_not_allowed: customer('Send only X509Data, KeyName or KeyValue in KeyInfo.'),
  signature_algorithm_not_allowed: customer(
    'Sign with RSA or RSA-PSS and SHA-256, SHA-384 or SHA-512, or with ECDSA and SHA-256 or SHA-384.',
  ),
  digest_algorithm_not_allowed: customer('Digest with SHA-256, SHA-384 or SHA-512.'),
  canonicalization_not_allowed: customer('Canonicalize with Exclusive XML Canonicalization 1.0 without comments.'),
  transforms_not_allowed: customer(
    'Use the transforms enveloped-signature and Exclusive XML Canonicalization, in this order.',
  ),
  signature_reference_mismatch: customer('Let every signature refer to the ID of the element that holds it.'),
  idp_key_unusable: platform(
    "Import the identity provider's metadata again: a signing certificate holds a key that is too weak or not supported.",
  ),
  signature_invalid: platform(
    "Compare the identity provider's certificates with those that are known: none verifies the signature; it may have replaced its key, so take its present metadata.",
  ),

  // encryption (rule G12; XMLEnc 1.1, Core 2.3.4)
  encryption_required: customer('Encrypt the Assertion for this connection.'),
  encryption_malformed: customer(
    'Send the EncryptedAssertion in the form of XML Encryption: one EncryptedData with CipherValue, at most 4 EncryptedKey.',
  ),
  encryption_algorithm_not_allowed: customer(
    'Encrypt with AES-128-GCM or AES-256-GCM, and the key with RSA-OAEP (SHA-1 or SHA-256); never with RSA 1.5 or triple DES.',
  ),
  encryption_needs_signed_response: customer(
    'Encrypt with AES-GCM, or sign the Response: AES-CBC alone does not tell whether it was changed.',
  ),
  encrypted_key_missing: customer('Send the EncryptedKey in the KeyInfo of EncryptedData, or beside it.'),
  encrypted_id_not_supported: customer('Send the NameID in clear text: encrypt the whole Assertion instead.'),
  encrypted_attribute_not_supported: customer('Send attributes in clear text: encrypt the whole Assertion instead.'),
  decryption_key_missing: customer(
    'Turn assertion encryption off, or have serviceProviderKeys declared for this connection and import its metadata again.',
  ),
  decryption_failed: customer(
    "Import this connection's metadata again: the Assertion is not encrypted for a key of ours, or was changed.",
  ),

  // the Response (rule G6; Core 3.2.2, Profiles 4.1.4.2)
  version_unsupported: customer('Send SAML version 2.0.'),
  time_invalid: customer('Write times as xs:dateTime with a time zone.'),
  issue_instant_too_old: customer(
    "Correct the identity provider's clock: the message was issued more than 10 minutes ago.",
  ),
  issue_instant_in_future: customer("Correct the identity provider's clock: the message is issued in the future."),
  destination_missing: customer('Name the assertion consumer service as Destination of a signed Response.'),
  destination_mismatch: customer("Set this connection's assertion consumer service URL as Destination."),
  response_issuer_missing: customer('Name the Issuer of a signed Response.'),
  response_issuer_mismatch: customer("Send the identity provider's entity id as Issuer of the Response."),
  in_response_to_mismatch: customer('Send the same InResponseTo in the Response and in SubjectConfirmationData.'),

  // the Assertion (rule G6; Core 2, Profiles 4.1.4.2-4.1.4.3)
  issuer_missing: customer('Send one Issuer in the Assertion.'),
  issuer_mismatch: platform(
    "Import the metadata of the identity provider that sends: the Issuer is another than the connection's entity id.",
  ),
  issuer_format: customer('Send the Issuer without Format or as an entity.'),
  subject_missing: customer('Send one Subject.'),
  subject_several: customer('Send one Subject only.'),
  name_id_missing: customer('Send a NameID in the Subject.'),
  name_id_several: customer('Send one NameID only.'),
  name_id_structured: customer('Send the NameID as plain text.'),
  name_id_empty: customer('Send a NameID that is not empty.'),
  name_id_too_long: customer('Send a NameID of at most 512 characters.'),
  name_id_characters: customer('Send a NameID without control, line-break and direction characters.'),
  subject_confirmation_missing: customer('Send a bearer SubjectConfirmation.'),
  subject_confirmation_not_bearer: customer('Confirm the subject by the bearer method.'),
  subject_confirmation_data_missing: customer('Send one SubjectConfirmationData in the bearer SubjectConfirmation.'),
  recipient_mismatch: customer("Set this connection's assertion consumer service URL as Recipient."),
  subject_confirmation_not_before: customer('Send no NotBefore in SubjectConfirmationData.'),
  subject_confirmation_not_on_or_after_missing: customer('Send NotOnOrAfter in SubjectConfirmationData.'),
  subject_confirmation_expired: user('Start the sign-in again: the answer of the identity provider came too late.'),
  unsolicited_response: platform(
    'Set allowIdpInitiated: true for this identity provider to take sign-ins that begin there; else let them begin at Rolecall.',
  ),
  unknown_request: user('Start the sign-in again: nobody waits for this answer any more.'),
  replayed_assertion: user('Start the sign-in again: this answer was used before.'),
  conditions_missing: customer('Send Conditions in the Assertion.'),
  conditions_several: customer('Send one Conditions element only.'),
  conditions_not_on_or_after_missing: customer('Send NotOnOrAfter in Conditions.'),
  conditions_not_yet_valid: customer("Correct the identity provider's clock: the Assertion is not valid yet."),
  conditions_expired: user('Start the sign-in again: the Assertion is no longer valid.'),
  validity_too_long: customer('Let assertions be valid for at most 24 hours.'),
  condition_unknown: customer('Send only the conditions AudienceRestriction, OneTimeUse and ProxyRestriction.'),
  audience_missing: customer("Restrict the audience to this connection's entity id."),
  audience_mismatch: customer("Set this connection's entity id as Audience."),
  authn_statement_missing: customer('Send one AuthnStatement.'),
  authn_statement_several: customer('Send one AuthnStatement only.'),
  authn_instant_missing: customer('Send AuthnInstant in the AuthnStatement.'),
  authn_instant_in_future: customer("Correct the identity provider's clock: the sign-in is in the future."),
  reauthentication_missing: customer('Honour ForceAuthn: the sign-in is older than our request.'),
  authn_context_mismatch: customer('Sign users in by one of the authentication contexts that the request names.'),
  session_expired: user('Sign in at the identity provider again: its session is over.'),
  attribute_name_missing: customer('Give every Attribute a Name.'),
  attribute_name_forbidden: customer('Rename the attribute: names such as __proto__ are refused.'),

  // metadata of the IdP
  metadata_too_large: platform(
    'Give metadata of at most 1 MB: the document of this one identity provider, not of a federation.',
  ),
  metadata_not_saml: platform('Give a SAML 2.0 metadata document: an EntityDescriptor or an EntitiesDescriptor.'),
  metadata_no_identity_provider: platform(
    'Give the metadata of an identity provider: this has no IDPSSODescriptor for SAML 2.0.',
  ),
  metadata_several_entities: platform('Name the entity id: the metadata holds several identity providers.'),
  metadata_entity_not_found: platform('Correct the entity id: the metadata does not hold it.'),
  metadata_entity_id_invalid: platform('Give metadata whose entityID is a URI of at most 1024 characters.'),
  metadata_time_invalid: platform('Give metadata whose validUntil is an xs:dateTime with a time zone.'),
  metadata_expired: customer('Publish fresh metadata: validUntil is over.'),
  metadata_no_signing_certificate: customer(
    'Publish a signing certificate (KeyDescriptor with ds:X509Certificate) in the metadata.',
  ),
  metadata_certificate_invalid: customer('Publish certificates as base64 of DER.'),
  metadata_key_too_weak: customer('Sign with an RSA key of 2048 bit or more.'),
  metadata_key_unsupported: customer('Sign with an RSA key, or an elliptic curve key on P-256 or P-384.'),
  metadata_signature_missing: customer('Sign the metadata at its root: this connection names the key that signs it.'),
  metadata_signature_invalid: platform(
    "Compare the metadata's signature with `signedBy`: the named certificate does not verify it.",
  ),
  metadata_valid_until_missing: customer('Publish signed metadata with validUntil, so that an old copy ends.'),
  metadata_valid_until_too_far: customer('Publish signed metadata whose validUntil is at most 90 days away.'),
  metadata_entity_id_changed: platform(
    'Find out whether the identity provider was replaced; if so, apply its new metadata URL or `entityId`.',
  ),
  metadata_all_keys_replaced: platform(
    "Compare the new fingerprints with the customer's administrator, then accept them: no signing key stayed the same.",
  ),
  metadata_sso_url_moved: platform(
    "Ask the customer's administrator whether the sign-on page moved to another host, then accept the new metadata.",
  ),
  metadata_no_redirect_endpoint: customer(
    'Publish a SingleSignOnService with the HTTP-Redirect or the HTTP-POST binding.',
  ),
  metadata_no_post_endpoint: platform(
    'Remove requestBinding: post: the metadata has no usable SingleSignOnService with the HTTP-POST binding.',
  ),
  metadata_sso_url_invalid: customer('Publish an https URL for single sign-on.'),

  metadata_no_single_logout: platform(
    'Remove singleLogout, or give metadata with a SingleLogoutService: https, by HTTP-Redirect or HTTP-POST.',
  ),

  // single logout (rule G13; Core 3.7, Bindings 3.4 and 3.5, Profiles 4.4)
  single_logout_off: platform(
    'Set singleLogout: true for this identity provider and apply again, or remove its logout URL at the identity provider.',
  ),
  logout_binding_not_supported: customer('Send logout messages by HTTP-Redirect or HTTP-POST.'),
  logout_parameter_name: customer(
    'Write SAMLRequest, SAMLResponse, RelayState, SigAlg and Signature exactly so, unencoded and once.',
  ),
  logout_message_missing: customer('Send one SAMLRequest or one SAMLResponse.'),
  logout_message_ambiguous: customer('Send either one SAMLRequest or one SAMLResponse.'),
  logout_message_too_large: customer('Make logout messages smaller than 64 kB.'),
  logout_message_encoding: customer(
    'Encode logout messages as the binding says: DEFLATE and base64 for HTTP-Redirect, base64 for HTTP-POST.',
  ),
  logout_signature_missing: customer('Sign every logout message: requests and responses, by either binding.'),
  not_a_logout_message: customer(
    'Send a samlp:LogoutRequest as SAMLRequest and a samlp:LogoutResponse as SAMLResponse.',
  ),
  logout_destination_mismatch: customer("Set this connection's single logout URL as Destination."),
  logout_expired: customer("Correct the identity provider's clock: NotOnOrAfter of the LogoutRequest is over."),
  logout_name_id_encrypted: customer('Send the NameID of a LogoutRequest unencrypted.'),
  session_index_invalid: customer('Send at most 50 SessionIndex of 1 to 512 characters.'),
  replayed_logout_request: customer('Send every LogoutRequest once, with an ID of its own.'),

  // our own requests
  relay_state_too_long: platform('Give a RelayState of at most 80 bytes.'),
} as const satisfies Record<string, ErrorEntry>;

/** A code of `SAML_ERROR_CODES`. */
export type SamlErrorCode = keyof typeof SAML_ERROR_CODES;

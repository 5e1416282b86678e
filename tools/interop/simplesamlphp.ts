import { createSigningKey } from '@rolecall/saml';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programPath, succeeds } from './installed.ts';
import { PERSON } from './person.ts';
import type { Product, ProductOptions, RunningProduct } from './products.ts';
import { startServerProcess } from './server-process.ts';
import { COMMON_VARIANTS, type Variant } from './variants.ts';

const WWW = '/usr/share/simplesamlphp/www';
const EXTENSIONS = { dom: 'php-xml', mbstring: 'php-mbstring', curl: 'php-curl' };

const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const TRANSIENT: Variant = { name: 'transient-by-default', sign: 'both', refusedAs: 'name_id_transient' };

/** SimpleSAMLphp of Debian behind PHP's own server, with a configuration of its own and nothing of /etc. */
export const simpleSamlPhp: Product = {
  name: 'simplesamlphp',
  variants: [
    ...COMMON_VARIANTS,
    TRANSIENT,
    { name: 'signed-requests', sign: 'both', signRequests: true },
    { name: 'posted-requests', sign: 'both', signRequests: true, postRequests: true },
    { name: 'single-logout', sign: 'both', singleLogout: true },
  ],
  missing() {
    const php = programPath('php');
    const packages = existsSync(WWW) ? [] : ['simplesamlphp'];
    if (php === undefined) return [...packages, 'php-cli', ...Object.values(EXTENSIONS)];
    for (const [extension, name] of Object.entries(EXTENSIONS))
      if (!succeeds(php, ['-r', `exit(extension_loaded('${extension}') ? 0 : 1);`])) packages.push(name);
    return packages;
  },
  start,
};

async function start({ port, directory, signal }: ProductOptions): Promise<RunningProduct> {
  const url = `http://127.0.0.1:${port}`;
  const at = (name: string) => join(directory, name);
  for (const name of ['config', 'metadata', 'cert', 'log', 'data', 'tmp', 'sessions', 'docroot', 'trusted'])
    mkdirSync(at(name));
  symlinkSync(WWW, at('docroot/simplesamlphp'));
  const key = await createSigningKey({ commonName: 'SimpleSAMLphp', now: new Date() });
  writeFileSync(at('cert/idp.pem'), key.privateKey, { mode: 0o600 });
  writeFileSync(at('cert/idp.crt'), key.certificate);
  writeFileSync(at('config/config.php'), configuration(url, directory));
  writeFileSync(at('config/authsources.php'), authenticationSources());
  writeFileSync(at('metadata/saml20-idp-hosted.php'), hosted(url));
  writeFileSync(at('metadata/saml20-sp-remote.php'), serviceProviders(at('trusted')));
  const metadataUrl = `${url}/simplesamlphp/saml2/idp/metadata.php`;
  const server = await startServerProcess({
    program: programPath('php') ?? 'php',
    args: ['-d', `session.save_path=${at('sessions')}`, '-S', `127.0.0.1:${port}`, '-t', at('docroot')],
    env: { SIMPLESAMLPHP_CONFIG_DIR: at('config') },
    cwd: directory,
    logFile: at('php.log'),
    readyUrl: metadataUrl,
    signal,
  });
  return {
    metadataUrl,
    // it leads a browser that is done only to addresses of its own
    logoutUrl: `${url}/simplesamlphp/saml2/idp/SingleLogoutService.php?ReturnTo=${url}/simplesamlphp/saml2/idp/metadata.php`,
    trust(variant, serviceProviderMetadata) {
      writeFileSync(at(`trusted/${variant.name}.xml`), serviceProviderMetadata);
      writeFileSync(at(`trusted/${variant.name}.json`), JSON.stringify(optionsOf(variant, key.certificate)));
    },
    log: () => server.log(),
    stop: () => server.stop(),
  };
}

/** How it answers one service provider; the rest it reads from our own metadata. */
function optionsOf(variant: Variant, certificate: string): object {
  const { sign, algorithm = 'rsa-sha256' } = variant;
  const encrypt = variant.encrypt !== undefined;
  const digests = {
    'rsa-sha1': 'http://www.w3.org/2000/09/xmldsig#',
    other: 'http://www.w3.org/2001/04/xmldsig-more#',
  };
  const someKey = certificate.replace(/-----[A-Z ]+-----|\s/g, '');
  return {
    'saml20.sign.response': sign !== 'assertion',
    'saml20.sign.assertion': sign !== 'response',
    'signature.algorithm': (algorithm === 'rsa-sha1' ? digests['rsa-sha1'] : digests.other) + algorithm,
    'assertion.encryption': encrypt,
    'validate.authnrequest': variant.signRequests === true,
    'validate.logout': true,
    'sign.logout': true,
    // we name no format in requests and metadata (saml2int), and its default is transient
    ...(variant.name === TRANSIENT.name ? {} : { NameIDFormat: EMAIL }),
    // where our metadata offers no key, any: whether we could decrypt is not the question then
    ...(encrypt ? { fallbackCertData: someKey } : {}),
  };
}

const php = (value: unknown): string => `json_decode('${JSON.stringify(value)}', true)`;

function configuration(url: string, directory: string): string {
  const directories = Object.entries({
    certdir: 'cert',
    loggingdir: 'log',
    datadir: 'data',
    tempdir: 'tmp',
    metadatadir: 'metadata',
  });
  return `<?php
$config = ${php({
    ...Object.fromEntries(directories.map(([option, name]) => [option, `${directory}/${name}/`])),
    baseurlpath: `${url}/simplesamlphp/`,
    secretsalt: 'of-an-interop-suite-that-ends',
    'auth.adminpassword': 'nobody-signs-in-as-admin',
    timezone: 'UTC',
    'logging.handler': 'file',
    'enable.saml20-idp': true,
    'module.enable': { core: true, saml: true, exampleauth: true },
    'session.cookie.secure': false,
    'session.phpsession.savepath': `${directory}/sessions`,
    'store.type': 'phpsession',
  })};
$config['logging.level'] = SimpleSAML\\Logger::NOTICE;
`;
}

function authenticationSources(): string {
  const { username, password, email, groups } = PERSON;
  const person = { uid: [username], mail: [email], groups };
  return `<?php
$config = ['users' => array_merge(['exampleauth:UserPass'], ${php({ [`${username}:${password}`]: person })})];
`;
}

function hosted(url: string): string {
  const nameId = {
    class: 'saml:AttributeNameID',
    attribute: 'mail',
    Format: EMAIL,
  };
  const entity = {
    host: '__DEFAULT__',
    privatekey: 'idp.pem',
    certificate: 'idp.crt',
    auth: 'users',
    SingleSignOnServiceBinding: ['HTTP-Redirect', 'HTTP-POST'].map(
      (name) => `urn:oasis:names:tc:SAML:2.0:bindings:${name}`,
    ),
    authproc: { 3: nameId },
  };
  return `<?php
$metadata['${url}/idp'] = ${php(entity)};
`;
}

/** Reads at every request what \`trust\` wrote: our metadata by its own parser, and how to answer. */
function serviceProviders(directory: string): string {
  return `<?php
foreach (glob('${directory}/*.json') as $file) {
    $entity = \\SimpleSAML\\Metadata\\SAMLParser::parseFile(substr($file, 0, -4) . 'xml')->getMetadata20SP();
    $options = json_decode(file_get_contents($file), true);
    if (isset($options['fallbackCertData']) && !array_filter($entity['keys'] ?? [], fn ($key) => $key['encryption'])) {
        $entity['keys'][] = ['encryption' => true, 'signing' => false, 'type' => 'X509Certificate', 'X509Certificate' => $options['fallbackCertData']];
    }
    $metadata[$entity['entityid']] = array_merge($entity, $options);
}
`;
}

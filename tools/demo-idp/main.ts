// The demo identity provider: node tools/demo-idp/main.ts --port 4010 --data DIR --gateway http://localhost:4000
// [--url http://127.0.0.1:4010] [--unsigned-message]. It has no passwords and listens on the loopback address only.
import { parseArgs } from 'node:util';
import { serve } from '../serve.ts';
import { demoKeys } from './keys.ts';
import { demoIdp } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    data: { type: 'string', default: '.rolecall/demo-idp' },
    gateway: { type: 'string', default: 'http://localhost:4000' },
    url: { type: 'string' },
    'unsigned-message': { type: 'boolean', default: false },
  },
});
const url = values.url ?? `http://localhost:${values.port}`;
const app = demoIdp({
  url,
  gateway: values.gateway,
  keys: await demoKeys(values.data, new Date()),
  signMessage: !values['unsigned-message'],
});
serve(app, Number(values.port), `demo identity provider at ${url}`);

import { readScripts } from './testing/scripts.ts';
import { perform } from './testing/perform.ts';
import { BASE, useTestServer, withDirectory } from './testing/test-server.ts';

const STATEMENT = /^[DHECPXFSGAVLBMTW]\d{1,2}$/;

const server = useTestServer();
let organizations = 0;

/** An organization that a script has for itself. */
async function organization(scim: object = {}, spec: object = {}) {
  return server.current.directory(`org-${++organizations}`, withDirectory(scim, spec));
}

describe.each(['interop', 'statements', 'rolecall'] as const)('scripts of %s', (folder) => {
  const scripts = readScripts(folder);

  it.each(scripts)('%s says where it is from and what it shows', (name, { source, statements }) => {
    expect(source === '' && name.startsWith('interop')).toBe(false);
    expect(statements.length > 0 || name.startsWith('rolecall')).toBe(true);
    expect(statements.filter((id) => !STATEMENT.test(id))).toEqual([]);
  });

  it.each(scripts)('%s is what the server does', async (_, script) => {
    const own = await organization(script.directory, script.organization);
    const foreign = await organization();
    const token2 = await server.current.issue(own.organizationId, 1);
    const url = `http://127.0.0.1:${server.current.port}/scim/v2`;
    const { token } = own;
    const wrong = await perform(script, { url, publicUrl: `${BASE}/scim/v2`, token, token2, foreign: foreign.token });
    expect(wrong).toEqual([]);
  });
});

it('has a folder for every behaviour of a real client', () => {
  const numbers = new Set(readScripts('interop').map(([name]) => Number(/^interop\/(\d\d)-/.exec(name)?.[1])));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, index) => index + 1));
});

import { spawnSync } from 'node:child_process';
import { run } from '../run.ts';

async function scriptFor(shell: string): Promise<string> {
  let script = '';
  const io = {
    out: (text: string) => void (script += text),
    err: () => undefined,
    env: {},
    cwd: '.',
    now: new Date(0),
    outIsTerminal: false,
    errIsTerminal: false,
    ask: undefined,
  };
  expect(await run(['completion', shell], io)).toBe(0);
  return script;
}

/** What bash offers at the end of a line. */
async function offered(line: string): Promise<string[]> {
  const words = line.split(' ');
  const program = `${await scriptFor('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}
_rolecall
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion', () => {
  it.each([
    ['rolecall pl', ['plan', 'platform']],
    ['rolecall scim token i', ['issue']],
    ['rolecall scim token --format ', ['human', 'json']],
    ['rolecall plan --format s', ['sarif']],
    ['rolecall plan orgs --deta', ['--detailed-exitcode']],
    ['rolecall --server http://x val', ['validate']],
    ['rolecall schema tem', ['template']],
    ['rolecall nothing-like-it --x', []],
  ])('bash offers at "%s": %j', async (line, words) => {
    expect(await offered(line.replace('token --format', 'token list --format'))).toEqual(words);
  });

  it.each(['bash', 'zsh', 'fish'])('%s knows every command and flag of the help', async (shell) => {
    const script = await scriptFor(shell);
    for (const word of ['validate', 'scim token issue', 'detailed-exitcode', 'sarif']) expect(script).toContain(word);
  });
});

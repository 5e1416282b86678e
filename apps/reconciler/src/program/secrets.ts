import type { Command } from 'commander';
import type { CheckOptions, EncryptOptions, KeygenOptions } from '../commands/secrets.ts';
import type { Io } from '../io.ts';
import { examples, format, PATHS } from './parts.ts';
import type { Finish } from './parts.ts';

/** `rolecall secrets …`: secrets that stand in a document sealed. */
export function addSecrets(program: Command, io: Io, finish: Finish): void {
  const secrets = program
    .command('secrets')
    .description('secrets that stand in the files sealed (age)')
    .addHelpText('after', examples('rolecall secrets keygen --out key.txt', ENCRYPT, 'rolecall secrets check'));
  secrets
    .command('encrypt')
    .description('seal the secret on standard input, and print what to write into the file')
    .argument('<org>', "the organization's name")
    .argument('<path>', 'where it stands: identityProviders.NAME.clientSecret or applications.NAME.clientSecret')
    .option('--recipient <recipient...>', 'whose keys open it, age1… (default: age.recipients of rolecall.yaml)')
    .addOption(format())
    .addHelpText('after', examples(ENCRYPT, `${ENCRYPT} --recipient age1… < secret.txt`))
    .action(async (organization: string, path: string, _flags, command: Command) => {
      const { encryptSecret } = await import('../commands/secrets.ts');
      finish(await encryptSecret(organization, path, command.optsWithGlobals<EncryptOptions>(), io));
    });
  secrets
    .command('check')
    .description('open every sealed secret of the files with the keys at hand; shows none')
    .argument('[path...]', PATHS)
    .addOption(format())
    .addHelpText('after', examples('ROLECALL_AGE_IDENTITY_FILE=key.txt rolecall secrets check orgs'))
    .action(async (paths: string[], _flags, command: Command) => {
      const { checkSecrets } = await import('../commands/secrets.ts');
      finish(await checkSecrets(paths, command.optsWithGlobals<CheckOptions>(), io));
    });
  secrets
    .command('keygen')
    .description('make a key pair as age-keygen does; the recipient goes into rolecall.yaml, the key into the pipeline')
    .option('--out <file>', 'write the key there, readable by you alone (default: print it)')
    .addOption(format())
    .addHelpText('after', examples('rolecall secrets keygen --out key.txt'))
    .action(async (_flags, command: Command) => {
      const { makeKey } = await import('../commands/secrets.ts');
      finish(await makeKey(command.optsWithGlobals<KeygenOptions>(), io));
    });
}

const ENCRYPT = 'rolecall secrets encrypt acme identityProviders.google.clientSecret';

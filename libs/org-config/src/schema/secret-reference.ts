import type { JsonSchema } from './json-schema.ts';
import { ageFile, day, environmentName, fileBelow } from './names.ts';

/** What differs between the secrets of a document: sentences, and examples. */
interface Words {
  readonly description: string;
  readonly expires: string;
  /** An environment variable. */
  readonly variable: string;
  /** A path. */
  readonly file: string;
}

/** A reference to a secret, whatever it is for: where the command line finds it, or the value sealed. */
export function secretReference({ description, expires, variable, file }: Words): JsonSchema {
  return {
    description,
    type: 'object',
    additionalProperties: false,
    properties: {
      fromEnv: {
        ...environmentName,
        description: 'The environment variable that holds it where `rolecall plan` and `rolecall apply` run.',
        examples: [variable],
      },
      fromFile: {
        ...fileBelow,
        description: 'A file that holds it, beside this document or below it; one line end after it is left out.',
        examples: [file],
      },
      age: {
        ...ageFile,
        description:
          'The secret itself, sealed for the recipients in `rolecall.yaml` by `rolecall secrets encrypt`: only their keys open it, and only for this organization at this place. An apply opens it (`ROLECALL_AGE_IDENTITY`, `ROLECALL_AGE_IDENTITY_FILE`) when it is another one than the last time; a plan never needs the key.',
        examples: [
          '-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3Yx\n-----END AGE ENCRYPTED FILE-----\n',
        ],
      },
      version: {
        description: 'Any number, raised when the secret was rotated: the new value is then asked for.',
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000,
        examples: [2],
      },
      expires: { ...day, description: expires, examples: ['2027-03-31'] },
    },
    oneOf: [
      { title: '`fromEnv`', required: ['fromEnv'], properties: { fromFile: false, age: false } },
      { title: '`fromFile`', required: ['fromFile'], properties: { fromEnv: false, age: false } },
      { title: '`age`', required: ['age'], properties: { fromEnv: false, fromFile: false } },
    ],
    examples: [{ fromEnv: variable }],
  };
}

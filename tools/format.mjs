// npm run format: oxfmt over the whole repository (settings in .oxfmtrc.json).
import { spawnSync } from 'node:child_process';

process.exit(
  spawnSync('oxfmt', process.argv.length > 2 ? process.argv.slice(2) : ['.'], { stdio: 'inherit' }).status ?? 1,
);

import { printsHelp } from '../../tools/lib/command-line.ts';
import { runGenerator } from './generated-file.ts';
import { goldenFiles } from './golden-files.ts';

const USAGE = `usage: npm run golden [-- --check]

Writes what the chart renders to charts/test/golden, so that a review sees every change.

  --check   write nothing; fail if the files are not up to date
`;

if (!printsHelp(USAGE)) runGenerator('write-golden', await goldenFiles());

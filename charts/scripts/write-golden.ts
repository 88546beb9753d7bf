import { printsHelp } from '../../tools/lib/command-line.ts';
import { runGenerator } from './generated-file.ts';
import { goldenFiles } from './golden-files.ts';

/** `npm run golden`: renders the chart's golden manifests again. */

const USAGE = `usage: npm run golden -- [--check]

Renders charts/test/golden from the chart and names the files that changed: review their diff before you commit it.

  --check   write nothing; fail if a file is not up to date
`;

if (!printsHelp(USAGE)) runGenerator('write-golden', await goldenFiles());

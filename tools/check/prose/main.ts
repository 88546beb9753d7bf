import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printsHelp } from '../../lib/command-line.ts';
import { repositoryTexts } from '../repository-texts.ts';
import { type Baseline, checkProse } from './check-prose.ts';

/** `npm run prose`, also a step of `npm test`: fails on phrases that this repository does not use. */

const USAGE = `usage: npm run prose -- [--update]

Looks in documents, comments and messages for phrases that this repository does not use.

  --update   lower the baseline to what is left; it never rises
`;

const baselineFile = join(import.meta.dirname, 'baseline.json');

const FOLDERS = ['.ci', '.github', 'charts', 'docs', 'grafana-dashboards', 'load-tests', 'services', 'tools'];
const TEXT = /\.(?:go|js|lua|md|mjs|sh|tpl|txt|ts|ya?ml)$|(?:^|\/)Dockerfile$|^\.ci\//;
/** Made from sources that are read themselves, or the list of phrases and its test. */
const NOT_READ =
  /(?:^|\/)(?:node_modules|generated)\/|^charts\/caudal\/(?:dashboards|rules|load-tests)\/|^charts\/test\/golden\/|^tools\/(?:test\/)?check\/prose\//;

if (!printsHelp(USAGE)) {
  const texts = repositoryTexts(FOLDERS, (path) => TEXT.test(path) && !NOT_READ.test(path));
  const { problems, baseline } = checkProse(
    texts,
    JSON.parse(readFileSync(baselineFile, 'utf8')) as Baseline,
  );
  const isUpdate = process.argv.includes('--update');
  if (isUpdate) writeFileSync(baselineFile, `${JSON.stringify(baseline, null, 2)}\n`);
  const left = Object.values(baseline).reduce((sum, count) => sum + count, 0);
  const shown = isUpdate ? problems.filter((problem) => !problem.includes('--update')) : problems;
  for (const problem of shown) process.stdout.write(`${problem}\n`);
  process.stdout.write(
    `${texts.size} files read; ${Object.keys(baseline).length} of them may still contain ${left} phrases\n`,
  );
  process.exitCode = shown.length === 0 && texts.size > 0 ? 0 : 1;
}

import { descriptionOf, serverNames } from '../../servers/descriptions/index.ts';
import { repositoryTexts } from '../repository-texts.ts';
import { findNames } from './find-names.ts';
import { PLACES } from './places.ts';

/** Fails on files that name a broker or a store outside the places in places.ts. */

const FOLDERS = ['charts', 'grafana-dashboards', 'load-tests', 'services', 'tools'];
const TEXT = /\.(?:css|go|html|js|json|lua|mjs|sh|tpl|tsx?|txt|xml|ya?ml)$/;
/** Tests, what is made from sources that are read themselves, the list of places, and third parties. */
const NOT_READ =
  /(?:^|\/)(?:node_modules|generated|test)\/|^charts\/caudal\/(?:dashboards|rules|load-tests)\/|(?:^|\/)(?:package-lock|openapi)\.json$|^tools\/check\/names\//;

const texts = repositoryTexts(FOLDERS, (path) => TEXT.test(path) && !NOT_READ.test(path));
const names = serverNames.filter((name) => ['broker', 'store'].includes(descriptionOf(name).role));
const problems = findNames(texts, names, PLACES);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${texts.size} files read for ${names.join(', ')}\n`);
process.exitCode = problems.length === 0 && texts.size > 0 && names.length > 0 ? 0 : 1;

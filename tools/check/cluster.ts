import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseProvider } from '../cluster/choose-provider.ts';
import { LocalProvider } from '../cluster/local/local-provider.ts';
import { printsHelp } from '../lib/command-line.ts';
import { groupFiles } from './cluster-groups.ts';
import { checkNamespaces, namespacesOf } from './namespaces.ts';
import { runTestsBeside } from './run-beside.ts';
import { runSteps } from './run-steps.ts';
import { runTestsOneByOne, type StepResult, sumResults } from './steps.ts';

/** `npm run test:cluster`: what only a real Kubernetes can show; ends with one line `N passed, N failed`. */

const root = join(import.meta.dirname, '..', '..');
process.chdir(root);

const USAGE = `usage: npm run test:cluster -- [nodes|cluster]

Runs the tests that need a real Kubernetes, or one of the two steps alone.
`;
if (printsHelp(USAGE)) process.exit(0);

const TEST_TIMEOUT_MS = 600_000;
const FILE_LIMIT_MS = 900_000;

const find = (pattern: string): string[] => globSync(pattern).sort();
const limits = { timeoutMs: TEST_TIMEOUT_MS, limitMs: FILE_LIMIT_MS };

const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);

/** Tests that start nodes themselves. What nodes are made of is built before: no test should last that long. */
async function ofNodes(pattern: string): Promise<StepResult> {
  await new LocalProvider(root, onProgress).prepare();
  return runTestsOneByOne(find(pattern), limits);
}

/** Groups of files on the cluster at a time: they wait for pods for most of their time. */
const PLACES = 2;

/**
 * Tests that share one cluster. Each file installs what it needs and removes it without waiting; that everything is gone is
 * asserted at the end.
 */
async function onOneCluster(pattern: string): Promise<StepResult> {
  const provider = await chooseProvider({ context: undefined, provider: 'auto' }, root, onProgress);
  try {
    const running = await provider.up(1);
    await provider.loadImages();
    const before = await namespacesOf(running);
    const result = await runGroups(pattern);
    return sumResults([result, await checkNamespaces(running, before)]);
  } finally {
    await provider.down();
  }
}

async function runGroups(pattern: string): Promise<StepResult> {
  const groups = groupFiles(new Map(find(pattern).map((file) => [file, readFileSync(file, 'utf8')])));
  const keepers = new Set(
    groups.flatMap(({ files, sharesRelease }) => (sharesRelease ? files.slice(0, -1) : [])),
  );
  const results: StepResult[] = [];
  for (const alone of [false, true]) {
    const files = groups.filter((group) => group.alone === alone).map((group) => group.files);
    if (files.length === 0) continue;
    const result = await runTestsBeside(files, {
      ...limits,
      places: alone ? 1 : PLACES,
      environment: { CAUDAL_TEST_CLUSTER: 'prepared' },
      prepare: (_, file) => Promise.resolve(keepers.has(file) ? { CAUDAL_TEST_KEEPS_RELEASE: 'yes' } : {}),
    });
    results.push(result);
  }
  return sumResults(results);
}

await runSteps(
  [
    // Its nodes come and go, so nothing else may be up meanwhile.
    { name: 'nodes', run: () => ofNodes('tools/test/cluster/*.cluster.ts') },
    { name: 'cluster', run: () => onOneCluster('services/lab/test/cluster/*.cluster.ts') },
  ],
  process.argv.slice(2),
);

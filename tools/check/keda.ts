import { join } from 'node:path';
import { ensureKeda } from '../cluster/keda/ensure-keda.ts';
import { printsHelp } from '../lib/command-line.ts';
import { runSteps } from './run-steps.ts';
import { runTestsOneByOne } from './steps.ts';

/** `npm run test:keda`: tests the chart's ScaledObjects with KEDA, which takes minutes to build the first time. */

if (printsHelp('usage: npm run test:keda\n\nTests the chart with KEDA on a separate cluster.\n')) {
  process.exit(0);
}
process.chdir(join(import.meta.dirname, '..', '..'));

const limits = { timeoutMs: 900_000, limitMs: 1_800_000 };

await runSteps(
  [
    {
      name: 'keda',
      async run() {
        // Before the tests, whose time is limited.
        await ensureKeda((line) => void process.stderr.write(`${line}\n`));
        return runTestsOneByOne(['services/lab/test/keda/keda.cluster.ts'], limits);
      },
    },
  ],
  process.argv.slice(2),
);

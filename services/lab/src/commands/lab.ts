import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startServers } from '../../../../tools/servers/servers.ts';
import { handleInterrupts, INTERRUPTED_STATUS } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY, ROOT, STATE_DIRECTORY } from '../cli/paths.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { createTerminal } from '../cli/terminal.ts';
import { findExperiment, usageOf } from '../experiments/find-experiment.ts';
import { EXPERIMENTS } from '../experiments/index.ts';
import { readServerVersions } from '../report/read-versions.ts';
import { describeMachine, newRunId } from '../report/write-results.ts';

/** `npm run lab`: experiments, each with servers of its own. */
await runCommandLine(usageOf(EXPERIMENTS), async (all) => {
  const { experiment, args } = findExperiment(all, EXPERIMENTS);
  const plan = experiment.line.parse(args);
  const terminal = createTerminal(process.stderr);
  const say = (line: string): void => terminal.say(line);
  const interrupts = handleInterrupts(() => say('stopping (Ctrl-C again to exit immediately) …'));
  const id = newRunId(`${experiment.verb}-${experiment.noun}`);
  const servers = await startServers({
    only: plan.servers,
    dataDirectory: join(STATE_DIRECTORY, 'lab-servers'),
    fresh: true,
    onProgress: say,
    signal: interrupts.signal,
  });
  try {
    const versions = await readServerVersions(servers.addresses, plan.servers);
    const { passed, figures, markdown } = await plan.run({
      servers,
      versions,
      say,
      signal: interrupts.signal,
    });
    const command = `npm run lab -- ${all.join(' ')}`;
    const machine = describeMachine();
    const text = `# ${id}\n\n\`${command}\`, ${machine}\n\n${markdown}`;
    const directory = join(RESULTS_DIRECTORY, id);
    mkdirSync(directory, { recursive: true });
    const document = { id, command, machine, versions, settings: plan.settings, passed, figures };
    writeFileSync(join(directory, 'experiment.json'), `${JSON.stringify(document, null, 2)}\n`);
    writeFileSync(join(directory, 'report.md'), text);
    process.stdout.write(`\n${text}\nwritten to ${relative(ROOT, directory)}\n`);
    return passed ? 0 : 1;
  } catch (error) {
    if (interrupts.signal.aborted) return INTERRUPTED_STATUS;
    throw error;
  } finally {
    await servers.down();
    interrupts.release();
  }
});

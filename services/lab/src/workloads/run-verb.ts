import type { CommandLine } from '../cli/command-line.ts';
import { readNoun } from '../cli/read-noun.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { WORKLOADS } from './index.ts';
import type { Workload } from './workload.ts';

/**
 * Runs a verb for the system that the command line names, by default the first; its result is the exit status.
 * @param lineOf the verb's command line for a system
 */
export async function runVerb<Choice>(
  lineOf: (workload: Workload) => CommandLine<Choice>,
  work: (workload: Workload, choice: Choice) => Promise<number>,
): Promise<void> {
  const all = process.argv.slice(2);
  const named = WORKLOADS.find(({ name }) => name === all[0]) ?? WORKLOADS[0];
  await runCommandLine(lineOf(named).usage, () => {
    const { system, args } = readNoun(all, WORKLOADS, lineOf(named).isArgument);
    return work(system, lineOf(system).parse(args));
  });
}

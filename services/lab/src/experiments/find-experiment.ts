import { UsageError } from '../cli/arguments.ts';
import type { Experiment } from './experiment.ts';

/**
 * Finds the experiment that the first two arguments name.
 * @throws UsageError that lists what there is
 */
export function findExperiment(
  args: readonly string[],
  experiments: readonly Experiment[],
): { readonly experiment: Experiment; readonly args: readonly string[] } {
  const end = args.findIndex((argument) => argument.startsWith('-'));
  const named = args.slice(0, end === -1 ? 2 : Math.min(end, 2));
  const experiment = experiments.find(({ verb, noun }) => named[0] === verb && named[1] === noun);
  if (experiment !== undefined) return { experiment, args: args.slice(2) };
  const known = experiments.map(({ verb, noun }) => `'${verb} ${noun}'`).join(' or ');
  throw new UsageError(
    named.length === 0
      ? `name an experiment: ${known}`
      : `unknown experiment '${named.join(' ')}': use ${known}`,
  );
}

/** What `npm run lab -- --help` prints. */
export function usageOf(experiments: readonly Experiment[]): string {
  return [
    'usage: npm run lab -- EXPERIMENT [options]\n',
    'Measures with real servers of its own, and keeps tables and figures in results/.\n',
    ...experiments.map(
      ({ line, summary }) => `\n${line.usage.replace(/^usage: /, '').trimEnd()}\n  ${summary}\n`,
    ),
  ].join('');
}

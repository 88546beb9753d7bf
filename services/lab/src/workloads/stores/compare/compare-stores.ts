import { UsageError, wholeNumber } from '../../../cli/arguments.ts';
import { commandLine } from '../../../cli/command-line.ts';
import type { Experiment, ExperimentPlan } from '../../../experiments/experiment.ts';
import { MIN_REPETITIONS } from '../../../experiments/statistics.ts';
import { CONTENDERS } from './contenders.ts';

const NAMES: readonly string[] = CONTENDERS.map(({ name }) => name);

/** `npm run lab -- compare stores`: the same stream into each store, in alternating order. */
export const COMPARE_STORES: Experiment = {
  verb: 'compare',
  noun: 'stores',
  summary: 'Sends the same stream from Kafka into each store in alternating order, and counts what is there.',
  line: commandLine({
    usage: `usage: npm run lab -- compare stores [options]
  --n N            messages in the stream (50000)
  --reps N         repetitions; a difference needs ${MIN_REPETITIONS} (5)
  --stores A,B     stores to compare: ${NAMES.join(', ')} (all)
  --naive          also write one awaited message at a time, for comparison
  --naive-n N      messages for that (5000, at most --n)
`,
    options: {
      n: { type: 'string' },
      reps: { type: 'string' },
      stores: { type: 'string' },
      naive: { type: 'boolean', default: false },
      'naive-n': { type: 'string' },
    },
    read({ values }): ExperimentPlan {
      const messages = wholeNumber('n', values.n, { min: 100, max: 10_000_000, fallback: 50_000 });
      const repetitions = wholeNumber('reps', values.reps, { min: 1, max: 100, fallback: 5 });
      const naiveMessages = wholeNumber('naive-n', values['naive-n'], {
        min: 100,
        max: messages,
        fallback: Math.min(5_000, messages),
      });
      if (values['naive-n'] !== undefined && !values.naive)
        throw new UsageError('--naive-n says how many messages --naive writes: add --naive');
      const names = values.stores?.split(',') ?? NAMES;
      const contenders = names.map((name) => {
        const contender = CONTENDERS.find((one) => one.name === name);
        if (contender === undefined) throw new UsageError(`--stores ${name}: use ${NAMES.join(', ')}`);
        return contender;
      });
      if (new Set(names).size < names.length) throw new UsageError('--stores: name each store once');
      return {
        servers: ['kafka', ...contenders.map(({ name }) => name)],
        settings: {
          messages,
          repetitions,
          stores: names.join(','),
          ...(values.naive && { 'naive messages': naiveMessages }),
        },
        async run(context) {
          const { runComparison } = await import('./run-comparison.ts');
          const naive = values.naive ? naiveMessages : undefined;
          return runComparison({ contenders, messages, repetitions, naiveMessages: naive }, context);
        },
      };
    },
  }),
};

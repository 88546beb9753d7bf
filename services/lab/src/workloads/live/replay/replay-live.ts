import { wholeNumber } from '../../../cli/arguments.ts';
import { commandLine } from '../../../cli/command-line.ts';
import type { Experiment, ExperimentPlan } from '../../../experiments/experiment.ts';

/** `npm run lab -- replay live`: messages stored in Kafka first, then shown to a viewer of the live tail. */
export const REPLAY_LIVE: Experiment = {
  verb: 'replay',
  noun: 'live',
  summary:
    'Stores messages in Kafka first, then shows them to a viewer of the live tail, which stores nothing.',
  line: commandLine({
    usage: `usage: npm run lab -- replay live [options]
  --messages N     messages to store and show (160000)
  --reps N         repetitions (5)
`,
    options: { messages: { type: 'string' }, reps: { type: 'string' } },
    read({ values }): ExperimentPlan {
      const messages = wholeNumber('messages', values.messages, {
        min: 100,
        max: 10_000_000,
        fallback: 160_000,
      });
      const repetitions = wholeNumber('reps', values.reps, { min: 1, max: 100, fallback: 5 });
      return {
        servers: ['kafka', 'redis'],
        settings: { messages, repetitions },
        async run(context) {
          const { runReplay } = await import('./run-replay.ts');
          return runReplay({ messages, repetitions }, context);
        },
      };
    },
  }),
};

import { oneOf, wholeNumber } from '../../../cli/arguments.ts';
import { commandLine } from '../../../cli/command-line.ts';
import type { Experiment, ExperimentPlan } from '../../../experiments/experiment.ts';

/** `npm run lab -- rehearse promotion`: the primary of PostgreSQL is killed under writes, and a replica takes its place. */
export const REHEARSE_PROMOTION: Experiment = {
  verb: 'rehearse',
  noun: 'promotion',
  summary:
    'Kills the primary of PostgreSQL under writes, promotes the replica that has most, lets the other follow it, and looks for every row that was acknowledged.',
  line: commandLine({
    usage: `usage: npm run lab -- rehearse promotion [options]
  --commit WHERE   what a commit waits for: replica, one has it too (default), or primary, the primary alone, as outside of a rehearsal
  --writers N      clients that write rows, one after the other (4)
  --seconds N      how long they write before the kill (3)
`,
    options: { commit: { type: 'string' }, writers: { type: 'string' }, seconds: { type: 'string' } },
    read({ values }): ExperimentPlan {
      const commit = oneOf('commit', values.commit ?? 'replica', ['replica', 'primary']);
      const writers = wholeNumber('writers', values.writers, { min: 1, max: 50, fallback: 4 });
      const seconds = wholeNumber('seconds', values.seconds, { min: 1, max: 600, fallback: 3 });
      return {
        servers: ['postgresql', 'postgresql-replica-1', 'postgresql-replica-2'],
        settings: { commit, writers, seconds },
        async run(context) {
          const { runRehearsal } = await import('./run-rehearsal.ts');
          return runRehearsal({ commit, writers, seconds }, context);
        },
      };
    },
  }),
};

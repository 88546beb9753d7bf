import { UsageError, wholeNumber } from '../../../cli/arguments.ts';
import { commandLine } from '../../../cli/command-line.ts';
import type { Experiment, ExperimentPlan } from '../../../experiments/experiment.ts';
import { GENERATED } from '../commands/films-load.ts';
import { SERVERS } from '../services.ts';

const SIZES = '17472,50000,700000';
const text = { type: 'string' } as const;

/** `npm run lab -- measure films`: how long searches take by the number of films, and what cutting a heavy one into parts gains. */
export const MEASURE_FILMS: Experiment = {
  verb: 'measure',
  noun: 'films',
  summary:
    'Imports more and more films, and measures searches at a rate and a heavy question in 1, 2 and 4 parts.',
  line: commandLine({
    usage: `usage: npm run lab -- measure films [options]
  --sizes A,B       numbers of films; up to 17472 those of the repository (${SIZES})
  --rate N          searches/s (200)
  --seconds N       length of each measurement, s (10)
`,
    options: { sizes: text, rate: text, seconds: text },
    read({ values }): ExperimentPlan {
      const options = {
        sizes: (values.sizes ?? SIZES).split(',').map(readSize),
        rate: wholeNumber('rate', values.rate, { min: 1, max: 10_000, fallback: 200 }),
        seconds: wholeNumber('seconds', values.seconds, { min: 1, max: 3_600, fallback: 10 }),
      };
      return {
        servers: SERVERS,
        settings: { ...options, sizes: options.sizes.join(',') },
        async run(context) {
          const { runMeasurement } = await import('./run-measurement.ts');
          return runMeasurement(options, context);
        },
      };
    },
  }),
};

/** @throws UsageError */
function readSize(size: string): number {
  const films = Number(size);
  if (!/^\d+$/.test(size) || films < GENERATED.min || films > GENERATED.max)
    throw new UsageError(
      `--sizes ${size}: use numbers from ${GENERATED.min} to ${GENERATED.max}, as in ${SIZES}`,
    );
  return films;
}

import { UsageError, wholeNumber } from '../../../cli/arguments.ts';
import { commandLine } from '../../../cli/command-line.ts';
import type { Experiment, ExperimentPlan } from '../../../experiments/experiment.ts';
import { SERVERS } from '../services.ts';

const SIZES = '5,10,15,20,100,1000,10000';
const text = { type: 'string' } as const;

/** `npm run lab -- measure orders`: how long orders take that are placed at once, and how quick the API and timers are. */
export const MEASURE_ORDERS: Experiment = {
  verb: 'measure',
  noun: 'orders',
  summary:
    'Places orders at once and at a rate, and measures until all are finished, how late timers are, and the API.',
  line: commandLine({
    usage: `usage: npm run lab -- measure orders [options]
  --sizes A,B       orders placed at once, one run each (${SIZES})
  --step-ms N       least time in each state, ms (8000)
  --rate N          orders/s under which timers are measured (500)
  --post-rate N     orders/s under which the API is measured (100)
  --seconds N       length of these two, s (30)
`,
    options: { sizes: text, 'step-ms': text, rate: text, 'post-rate': text, seconds: text },
    read({ values }): ExperimentPlan {
      const number = (name: 'step-ms' | 'rate' | 'post-rate' | 'seconds', max: number, fallback: number) =>
        wholeNumber(name, values[name], { min: 1, max, fallback });
      const options = {
        sizes: (values.sizes ?? SIZES).split(',').map(readSize),
        stepMs: number('step-ms', 60_000, 8_000),
        rate: number('rate', 10_000, 500),
        postRate: number('post-rate', 10_000, 100),
        seconds: number('seconds', 3_600, 30),
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
  const orders = Number(size);
  if (!/^\d+$/.test(size) || orders < 1 || orders > 1_000_000)
    throw new UsageError(`--sizes ${size}: use numbers from 1 to 1000000, as in ${SIZES}`);
  return orders;
}

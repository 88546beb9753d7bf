import { lines } from '../panels/lines.ts';
import { processTable } from '../panels/table.ts';
import {
  CPU,
  EVENT_LOOP_DELAY,
  EVENT_LOOP_DELAY_MAX,
  EXTERNAL_MEMORY,
  GARBAGE_COLLECTION,
  HEAP,
  MEMORY,
  PROCESSES,
} from '../signals/node.ts';
import { dashboard } from './dashboard.ts';
import { datasource, namespace, pod, release } from './variables.ts';

const half = { span: 12, height: 8 } as const;
const third = { span: 8, height: 8 } as const;

/** Resource usage of the service processes. */
export const nodeRuntime = dashboard({
  name: 'node-runtime',
  title: 'Caudal / Node runtime and resources',
  description: 'CPU, memory and event loop of every service process.',
  variables: [datasource, namespace, release, pod],
  rows: [
    {
      title: 'Processes',
      panels: [
        processTable(PROCESSES, {
          span: 24,
          height: 8,
          units: {
            CPU: 'percentunit',
            memory: 'bytes',
            'event loop delay p99': 's',
            'garbage collection': 'percentunit',
            up: 's',
          },
        }),
      ],
    },
    { title: 'Resources', panels: [lines(CPU, half), lines(MEMORY, half)] },
    {
      title: 'Event loop',
      panels: [
        lines(EVENT_LOOP_DELAY, third),
        lines(EVENT_LOOP_DELAY_MAX, third),
        lines(GARBAGE_COLLECTION, third),
      ],
    },
    { title: 'Memory in detail', panels: [lines(HEAP, half), lines(EXTERNAL_MEMORY, half)] },
  ],
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Lane } from '@caudal/common/lanes';
import { waitUntil } from '../../../../../../tools/lib/wait-until.ts';
import { chooseFreePorts } from '../../../../../../tools/servers/ports.ts';
import { ROOT } from '../../../cli/paths.ts';
import { ServiceProcess } from '../../../stack/service-process.ts';
import { type ConsoleClient, createConsoleClient } from '../load/console-client.ts';

/** A lane in the console's configuration. */
export interface ConsoleLane {
  readonly name: string;
  readonly broker: Lane['broker'];
  readonly store: Lane['store'];
  readonly storeUrl: string;
  readonly storeKeyPrefix: string;
}

/** Runs the real console program on these lanes. No broker is involved unless one is given: the faults are in the stores. */
export async function withSelfTestConsole<T>(
  options: {
    readonly lanes: readonly ConsoleLane[];
    readonly stateDirectory: string;
    readonly onEvent: (line: string) => void;
    /** A log whose messages it streams. Default: none. */
    readonly live?: { readonly brokers: string; readonly topic: string };
  },
  work: (client: ConsoleClient, url: string) => Promise<T>,
): Promise<T> {
  const [port = 0, operationsPort = 0, closedPort = 0] = await chooseFreePorts(3);
  const logDirectory = join(options.stateDirectory, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const reader = new ServiceProcess({
    name: 'self-test-console',
    program: join(ROOT, 'services', 'console', 'src', 'main.ts'),
    environment: {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      OPERATIONS_HOST: '127.0.0.1',
      OPERATIONS_PORT: String(operationsPort),
      LANES: JSON.stringify(options.lanes),
      RABBITMQ_URL: `amqp://127.0.0.1:${closedPort}`,
      KAFKA_BROKERS: options.live?.brokers ?? `127.0.0.1:${closedPort}`,
      ...(options.live && {
        LIVE: 'on',
        KAFKA_TOPIC: options.live.topic,
        KAFKA_DEAD_LETTER_TOPIC: `${options.live.topic}.dead`,
      }),
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
      MAX_BODY_BYTES: '1000000',
    },
    operationsUrl: `http://127.0.0.1:${operationsPort}`,
    logFile: join(logDirectory, 'self-test-console.log'),
    onEvent: options.onEvent,
    onChange: () => undefined,
  });
  reader.start();
  try {
    await reader.untilReady(30_000);
    const url = `http://127.0.0.1:${port}`;
    const client = createConsoleClient(url);
    await untilReadable(client);
    return await work(client, url);
  } finally {
    await reader.stop();
  }
}

/** Waits for store connections: the console starts serving before it has them. */
async function untilReadable(client: ConsoleClient): Promise<void> {
  let unread: string | undefined;
  const isReadable = async (): Promise<boolean> => {
    const lane = (await client.lanes()).find(({ totals }) => totals === null);
    unread = lane === undefined ? undefined : `${lane.lane}: ${lane.errors.store}`;
    return unread === undefined;
  };
  if (!(await waitUntil(isReadable, { timeoutMs: 15_000 }))) throw new Error(unread);
}

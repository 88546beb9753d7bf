import { connect } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { ExpectedError } from '../../cli/run-command-line.ts';
import { readSecretKey } from '../../cluster/read-secret.ts';
import { isReady, type Release } from '../../cluster/release.ts';
import { type PodPort, withTunnels } from '../../cluster/tunnel.ts';
import type { ReachedRelease } from '../../load/site.ts';
import type { JudgedShop } from './measure-site.ts';
import { MAILBOX, PROCESSOR } from './services.ts';
import type { MailFile } from './verify/witness/witnesses.ts';

const DATABASE = 'postgresql';
const DATABASE_PORT = 5432;
const LOG = 'kafka';
const LOG_PORT = 9092;
const PURPOSE = 'the verdict needs the servers of the release';

/**
 * Calls `work` with the shop of a release; its servers are forwarded to this machine through the API server. Needs permission to get
 * the processor's Deployment, to list pods, to create `pods/portforward` and `pods/exec`, and to get the servers' Secrets.
 * @throws ExpectedError when permission is missing, or a server is not part of the release
 */
export async function withReleaseShop<T>(
  { address, cluster, release }: ReachedRelease,
  work: (shop: JudgedShop) => Promise<T>,
): Promise<T> {
  const { namespace } = release;
  const passwordOf = (server: string, user: string): Promise<string> =>
    readSecretKey(
      cluster,
      namespace,
      { name: `${release.nameOf(server)}-auth`, key: `${user}-password` },
      PURPOSE,
    );
  const stepMs = await stepOf(release);
  const databasePassword = await passwordOf(DATABASE, 'owner');
  const logPassword = await passwordOf(LOG, 'admin');
  const brokers = await podsOf(release, LOG);
  const [database = ''] = await podsOf(release, DATABASE);
  const targets: Record<string, PodPort> = { [database]: { namespace, pod: database, port: DATABASE_PORT } };
  for (const pod of brokers) targets[pod] = { namespace, pod, port: LOG_PORT };
  return withTunnels(address, targets, (ports) => {
    // Brokers are known by `<pod>.<domain>:<port>`, of which nothing leads out of the cluster but the tunnel.
    const kafka = new Kafka({
      brokers: brokers.map((pod) => `${pod}:${LOG_PORT}`),
      logLevel: logLevel.NOTHING,
      sasl: { mechanism: 'plain', username: 'admin', password: logPassword },
      socketFactory: ({ host, onConnect }) =>
        connect({ host: '127.0.0.1', port: ports[host.split('.')[0] ?? ''] ?? 0 }, onConnect),
    });
    return work({
      stepMs,
      witnesses: {
        databaseUrl: `postgresql://caudal_owner:${encodeURIComponent(databasePassword)}@127.0.0.1:${ports[database]}/caudal`,
        kafka,
        mailbox: podFile({ cluster, release }),
      },
    });
  });
}

async function podsOf(release: Release, component: string): Promise<readonly string[]> {
  const ready = (await release.pods(component)).filter(isReady);
  if (ready.length === 0)
    throw new ExpectedError(`${PURPOSE}: no pod of ${release.nameOf(component)} is ready`);
  return ready.map(({ metadata }) => metadata?.name ?? '').sort();
}

async function stepOf(release: Release): Promise<number> {
  const { spec } = await release.deployment(PROCESSOR);
  const env = spec?.template.spec?.containers[0]?.env ?? [];
  const value = env.find(({ name }) => name === 'STEP_MS')?.value;
  if (value === undefined) throw new ExpectedError(`${release.nameOf(PROCESSOR)} has no STEP_MS`);
  return Number(value);
}

/** Prints the size of the mailbox's file, or its contents from a byte on; every tool of the image but Node.js may be missing. */
const PRINT_SIZE = `const { statSync } = require('node:fs');
process.stdout.write(String(statSync(process.env.MAILBOX_FILE, { throwIfNoEntry: false })?.size ?? 0));`;
const PRINT_FROM = `require('node:fs').createReadStream(process.env.MAILBOX_FILE, { start: Number(process.argv[1]) }).pipe(process.stdout);`;

function podFile({ cluster, release }: Pick<ReachedRelease, 'cluster' | 'release'>): MailFile {
  const run = async (program: string, ...args: readonly string[]): Promise<string> => {
    const [pod = ''] = await podsOf(release, MAILBOX);
    const { stdout, stderr, succeeded } = await cluster.exec(
      { namespace: release.namespace, pod, container: MAILBOX },
      ['node', '-e', program, ...args],
    );
    if (!succeeded) throw new Error(`the file of ${pod} cannot be read: ${stderr.trim()}`);
    return stdout;
  };
  const size = async (): Promise<number> => Number(await run(PRINT_SIZE));
  return {
    size,
    read: async (from) =>
      (await size()) <= from ? Buffer.alloc(0) : Buffer.from(await run(PRINT_FROM, String(from))),
  };
}

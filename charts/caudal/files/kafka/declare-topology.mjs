// Declares topics and, where users have to log in, what each of them may do. Topics that are there already stay as they
// are, so it may run at any time. Tries until it succeeds.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, ResourcePatternTypes, logLevel } =
  createRequire('/app/services/common/package.json')('kafkajs');
const RETRY_MS = 500;
const environment = process.env;
// One topic feeds all lanes; each has a group and dead letters of its own.
const { TOPIC } = environment;
const [DEAD_LETTER_TOPICS, GROUPS] = [environment.DEAD_LETTER_TOPICS, environment.GROUPS].map((names) => names.split(','));

const kafka = new Kafka({
  clientId: 'caudal-topology',
  brokers: environment.BROKERS.split(','),
  connectionTimeout: 2_000,
  requestTimeout: 10_000,
  retry: { retries: 0 },
  logLevel: logLevel.NOTHING,
  ...(environment.ADMIN_PASSWORD && {
    sasl: { mechanism: 'plain', username: 'admin', password: environment.ADMIN_PASSWORD },
  }),
});

const topics = [
  { topic: TOPIC, numPartitions: Number(environment.PARTITIONS) },
  ...DEAD_LETTER_TOPICS.map((name) => ({ topic: name, numPartitions: 1 })),
].map((topic) => ({
  ...topic,
  replicationFactor: Number(environment.REPLICATION_FACTOR),
  configEntries: [{ name: 'min.insync.replicas', value: environment.MIN_INSYNC_REPLICAS }],
}));

const { TOPIC: topic, GROUP: group } = AclResourceTypes;
const { DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE } = AclOperationTypes;
const rights = [
  // Its configuration holds the largest record batch that it takes.
  ['ingest', topic, TOPIC, [DESCRIBE, DESCRIBE_CONFIGS, WRITE]],
  ['ingest', topic, DEAD_LETTER_TOPICS, [DESCRIBE]],
  ['consumer', topic, TOPIC, [DESCRIBE, READ]],
  ['consumer', topic, DEAD_LETTER_TOPICS, [DESCRIBE, WRITE]],
  ['consumer', group, GROUPS, [DESCRIBE, READ]],
  ['console', topic, TOPIC, [DESCRIBE]],
  ['console', topic, DEAD_LETTER_TOPICS, [DESCRIBE]],
  ['console', group, GROUPS, [DESCRIBE]],
];

async function declare() {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const existing = await admin.listTopics();
    const missing = topics.filter((wanted) => !existing.includes(wanted.topic));
    if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: false });
    if (environment.ADMIN_PASSWORD) {
      const acl = rights.flatMap(([user, resourceType, names, operations]) =>
        [names].flat().flatMap((resourceName) =>
          operations.map((operation) => ({
            principal: `User:${user}`,
            host: '*',
            resourceType,
            resourceName,
            resourcePatternType: ResourcePatternTypes.LITERAL,
            operation,
            permissionType: AclPermissionTypes.ALLOW,
          })),
        ),
      );
      await admin.createAcls({ acl });
    }
    return missing.map((wanted) => wanted.topic);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** The reasons of an error that gathers several, else its message. */
function explain(error) {
  return (error.errors ?? [error]).map((one) => one.message).join('; ');
}

let lastReason = '';
for (;;) {
  try {
    const made = await declare();
    console.log(made.length > 0 ? `made the topics ${made.join(' and ')}` : 'all topics are there');
    break;
  } catch (error) {
    const reason = explain(error);
    if (reason !== lastReason) console.log(`waiting: ${reason}`);
    lastReason = reason;
    await sleep(RETRY_MS);
  }
}

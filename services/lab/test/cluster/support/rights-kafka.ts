import { connect } from 'node:net';
import { eventually } from '@caudal/common/testing';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes, logLevel } = kafkajs;

/** Name and password of a principal. */
export interface KafkaUser {
  readonly username: string;
  readonly password: string;
}

/** A Kafka of one broker, through a port of this machine. */
export interface KafkaLogin {
  readonly port: number;
  /** Undefined for none. */
  readonly user: KafkaUser | undefined;
  readonly admin: KafkaUser;
}

const GROUP = 'caudal';
/** A group that everyone may join while it is tried whether the topic can be read. */
const OTHER_GROUP = 'rights-test';

/**
 * Logs in and tries what a principal could do: `allowed`, or the name of Kafka's error, by what was tried. Records that
 * it may write are poison, which the consumers park.
 * @throws Error when the login is refused.
 */
export async function kafkaAttempts({
  port,
  user,
  admin: administrator,
}: KafkaLogin): Promise<Readonly<Record<string, string | readonly string[]>>> {
  let coordinatorError: unknown;
  const kafka = clientOf(port, user, (error) => {
    coordinatorError = error;
  });
  const outcomeOf = async (attempt: () => Promise<unknown>): Promise<string> => {
    try {
      await attempt();
      return 'allowed';
    } catch (error) {
      const isVague = error instanceof Error && error.name === 'KafkaJSGroupCoordinatorNotFound';
      return reasonOf(isVague ? coordinatorError : error);
    }
  };
  const admin = kafka.admin();
  try {
    await admin.connect();
    return {
      'see the topics': (await admin.listTopics()).filter((topic) => !topic.startsWith('__')).sort(),
      'produce to message': await outcomeOf(() => produce(kafka, 'message')),
      'produce to message.dead': await outcomeOf(() => produce(kafka, 'message.dead')),
      'fetch message': await withGroup(port, administrator, user?.username ?? '', () =>
        eventually(
          () => outcomeOf(() => fetchOnce(kafka, OTHER_GROUP)),
          // The right to the group may take a moment to apply.
          (outcome) => outcome !== 'GROUP_AUTHORIZATION_FAILED',
          { pastErrors: true },
        ),
      ),
      'join the group': await outcomeOf(() => fetchOnce(kafka, GROUP)),
      'make a topic': await outcomeOf(() =>
        admin.createTopics({ topics: [{ topic: OTHER_GROUP }], waitForLeaders: false }),
      ),
      'delete message': await outcomeOf(() => admin.deleteTopics({ topics: ['message'] })),
      'grant itself more': await outcomeOf(() =>
        admin.createAcls({ acl: [groupRight(user?.username ?? '')] }),
      ),
    };
  } finally {
    await admin.disconnect();
  }
}

/** The broker calls itself by its name in the cluster; every connection goes to the port. */
function clientOf(
  port: number,
  user: KafkaUser | undefined,
  onCoordinatorError: (error: unknown) => void = () => undefined,
): Kafka {
  return new kafkajs.Kafka({
    brokers: [`127.0.0.1:${port}`],
    ...(user && { sasl: { mechanism: 'plain', ...user } }),
    socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port }, onConnect),
    // A group's coordinator may not be known yet; a lack of rights is never tried again.
    retry: { retries: 4, initialRetryTime: 200 },
    logLevel: logLevel.DEBUG,
    logCreator:
      () =>
      ({ log }) => {
        // Only the broker's log has the reason.
        if (log.message === 'Tried to find group coordinator') onCoordinatorError(log.error);
      },
  });
}

/** Kafka's own name for what is wrong, wherever kafkajs has put it. */
function reasonOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('type' in at && typeof at.type === 'string' && at.type !== '') return at.type;
    if ('errors' in at && Array.isArray(at.errors)) return reasonOf(at.errors[0]);
  }
  throw error;
}

async function produce(kafka: Kafka, topic: string): Promise<void> {
  const producer = kafka.producer();
  try {
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'rights test' }] });
  } finally {
    await producer.disconnect();
  }
}

/** Joins a group and reads until a fetch has come back. */
async function fetchOnce(kafka: Kafka, groupId: string): Promise<void> {
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 100,
    retry: { retries: 4, restartOnFailure: () => Promise.resolve(false) },
  });
  const over = Promise.withResolvers<void>();
  over.promise.catch(() => undefined);
  consumer.on(consumer.events.FETCH, () => over.resolve());
  consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: ['message'] });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: () => Promise.resolve(),
    });
    await over.promise;
  } finally {
    await consumer.disconnect();
  }
}

const groupRight = (username: string) => ({
  principal: `User:${username}`,
  host: '*',
  resourceType: AclResourceTypes.GROUP,
  resourceName: OTHER_GROUP,
  resourcePatternType: ResourcePatternTypes.LITERAL,
  operation: AclOperationTypes.READ,
  permissionType: AclPermissionTypes.ALLOW,
});

/** Grants the right to a group, for only who has joined one gets to fetch, and takes it back. */
async function withGroup<T>(
  port: number,
  administrator: KafkaUser,
  username: string,
  work: () => Promise<T>,
): Promise<T> {
  const admin: Admin = clientOf(port, administrator).admin();
  try {
    await admin.connect();
    await admin.createAcls({ acl: [groupRight(username)] });
    return await work();
  } finally {
    await admin.deleteAcls({ filters: [groupRight(username)] });
    await admin.disconnect();
  }
}

import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import { type ChannelModel, connect } from 'amqplib';
import type { Servers } from '../../../../tools/servers/servers.ts';
import {
  type BacklogReader,
  createBacklogReader,
  createConsumer,
  createPublisher,
  type MessageConsumer,
  type MessagePublisher,
} from '../../src/messaging/index.ts';
import type { RabbitmqSettings } from '../../src/messaging/rabbitmq/settings.ts';
import { eventually, type RabbitmqManagement, rabbitmqManagement } from '../support/index.ts';
import { logger, testRabbitmqSettings } from './broker-harness.ts';
import type { TestStore } from './test-store.ts';

type Changes = Partial<RabbitmqSettings>;

/** Environment for tests of the RabbitMQ adapter: unique names, an administrator, and the management API. */
export interface RabbitmqBed {
  readonly settings: RabbitmqSettings;
  readonly admin: ChannelModel;
  /** Connected, closed after the test. */
  openPublisher(changes?: Changes): Promise<MessagePublisher>;
  /** Started, stopped after the test. */
  openConsumer(store: TestStore, changes?: Changes, maxBatchMessages?: number): Promise<MessageConsumer>;
  /** Connected, closed after the test. */
  openBacklog(changes?: Changes): Promise<BacklogReader>;
  onEnd(cleanUp: () => Promise<unknown>): void;
  /** Asks as the administrator; fails unless the answer is a success. */
  readonly management: RabbitmqManagement;
  /** Creates a user without configure rights; returns the AMQP URL with its credentials. */
  addUser(name: string, rights: { readonly write: string; readonly read: string }): Promise<string>;
  /** Closes connections like an operator would: the clients see a forced close. */
  closeConnections(clientName: string): Promise<void>;
}

/** Gives each test of the surrounding `describe` a bed, and deletes its queues afterwards. */
export function useRabbitmqBed(servers: () => Servers): () => RabbitmqBed {
  let bed: RabbitmqBed | undefined;
  const cleanUps: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    bed = await createBed(servers(), (cleanUp) => cleanUps.push(cleanUp));
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  return () => {
    assert.ok(bed);
    return bed;
  };
}

async function createBed(
  servers: Servers,
  onEnd: (cleanUp: () => Promise<unknown>) => void,
): Promise<RabbitmqBed> {
  const settings = testRabbitmqSettings(servers.addresses.rabbitmq.url);
  const admin = await connect(settings.url);
  const broker = (changes: Changes) => ({ name: 'rabbitmq', settings: { ...settings, ...changes } }) as const;
  onEnd(async () => {
    const channel = await admin.createChannel();
    for (const name of [settings.queue, settings.deadLetterQueue]) {
      await channel.deleteQueue(name);
      await channel.deleteExchange(name);
    }
    await admin.close();
  });

  const askManagement = rabbitmqManagement(servers.addresses.rabbitmq.managementUrl);
  const management: RabbitmqManagement = async (method, path, body) => {
    const answer = await askManagement(method, path, body);
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${answer.statusText}`);
    return answer;
  };

  return {
    settings,
    admin,
    onEnd,
    management,
    async openPublisher(changes = {}) {
      const publisher = await createPublisher(broker(changes), { logger });
      onEnd(() => publisher.close());
      await publisher.connect();
      return publisher;
    },
    async openConsumer(store, changes = {}, maxBatchMessages = undefined) {
      const consumer = await createConsumer(broker(changes), { logger, maxBatchMessages });
      onEnd(() => consumer.stop());
      await consumer.start(store.handlers());
      return consumer;
    },
    async openBacklog(changes = {}) {
      const { managementUrl } = servers.addresses.rabbitmq;
      const backlog = await createBacklogReader(broker({ managementUrl, ...changes }), { logger });
      onEnd(() => backlog.close());
      await backlog.connect();
      return backlog;
    },
    async addUser(name, { write, read }) {
      const password = 'test-password';
      await management('PUT', `/api/users/${name}`, { password, tags: '' });
      await management('PUT', `/api/permissions/%2F/${name}`, { configure: '^$', write, read });
      onEnd(() => management('DELETE', `/api/users/${name}`));
      const url = new URL(settings.url);
      url.username = name;
      url.password = password;
      return url.href;
    },
    async closeConnections(clientName) {
      const connections = await eventually(
        async () => {
          const answer = await management('GET', '/api/connections');
          const all = (await answer.json()) as { name: string; user_provided_name?: string }[];
          return all.filter(({ user_provided_name: name }) => name === clientName);
        },
        (found) => found.length > 0,
      );
      for (const { name } of connections)
        await management('DELETE', `/api/connections/${encodeURIComponent(name)}`);
    },
  };
}

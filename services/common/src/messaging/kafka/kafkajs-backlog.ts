import type { Admin } from 'kafkajs';
import type { Logger } from '../../logging.ts';
import type { Backlog, BacklogReader } from '../ports.ts';
import { kafkaError } from './errors.ts';
import { createKafkajsClient, type KafkajsClient } from './kafkajs-client.ts';
import { ensureTopics, logBounds } from './kafkajs-topology.ts';
import { lagOf } from './lag.ts';
import type { KafkaSettings } from './settings.ts';
import { sourceOf } from './source.ts';

/** Measures how far the *store* is behind the log: end of the log minus the store's offset, per partition. */
export class KafkajsBacklogReader implements BacklogReader {
  readonly broker = 'kafka';
  readonly #settings: KafkaSettings;
  readonly #client: KafkajsClient;
  readonly #admin: Admin;

  constructor(settings: KafkaSettings, dependencies: { readonly logger: Logger }) {
    this.#settings = settings;
    this.#client = createKafkajsClient(settings, dependencies.logger);
    this.#admin = this.#client.kafka.admin({ retry: { retries: 2, initialRetryTime: 100 } });
  }

  async connect(): Promise<void> {
    await ensureTopics(this.#client.kafka, this.#settings);
    await this.#call(() => this.#admin.connect());
  }

  async sources(): Promise<readonly string[]> {
    const { topic } = this.#settings;
    const log = await this.#call(() => logBounds(this.#admin, topic));
    return Array.from(log.keys(), (partition) => sourceOf(topic, partition));
  }

  async read(positions: ReadonlyMap<string, number | null>): Promise<Backlog> {
    const { topic, deadLetterTopic, group } = this.#settings;
    const [log, dead, { groups }] = await this.#call(() =>
      Promise.all([
        logBounds(this.#admin, topic),
        logBounds(this.#admin, deadLetterTopic),
        this.#admin.describeGroups([group]),
      ]),
    );
    return lagOf(topic, log, dead, positions, groups[0]?.members.length ?? null);
  }

  async close(): Promise<void> {
    await this.#admin.disconnect().catch(() => undefined);
    this.#client.end();
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw kafkaError(error, this.#settings);
    }
  }
}

import { Admin } from '@platformatic/kafka';
import type { Backlog, BacklogReader } from '../ports.ts';
import { kafkaError } from './errors.ts';
import { lagOf } from './lag.ts';
import { clientOptions, ensureTopics, logBounds } from './platformatic-client.ts';
import type { KafkaSettings } from './settings.ts';
import { sourceOf } from './source.ts';

/** Measures the lag of the *store* behind the log: end of the log minus the store's offset, per partition. */
export class PlatformaticBacklogReader implements BacklogReader {
  readonly broker = 'kafka';
  readonly #settings: KafkaSettings;
  readonly #admin: Admin;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#admin = new Admin(clientOptions(settings));
  }

  async connect(): Promise<void> {
    await ensureTopics(this.#settings);
  }

  async sources(): Promise<readonly string[]> {
    const { topic } = this.#settings;
    const log = await this.#call(() => logBounds(this.#admin, topic));
    return Array.from(log.keys(), (partition) => sourceOf(topic, partition));
  }

  async read(positions: ReadonlyMap<string, number | null>): Promise<Backlog> {
    const { topic, deadLetterTopic, group } = this.#settings;
    const [log, dead, groups] = await this.#call(() =>
      Promise.all([
        logBounds(this.#admin, topic),
        logBounds(this.#admin, deadLetterTopic),
        this.#admin.describeGroups({ groups: [group] }),
      ]),
    );
    return lagOf(topic, log, dead, positions, groups.get(group)?.members.size ?? null);
  }

  async close(): Promise<void> {
    await this.#admin.close().catch(() => undefined);
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw kafkaError(error, this.#settings);
    }
  }
}

import { AppError } from '@caudal/common/errors';
import { encodeEnvelope } from '@caudal/common/message';
import type { LogTail, TailRun } from '@caudal/common/messaging';

/** A log in memory, as a tail sees it, that the test appends to, cuts, replaces and makes fail. */
export class FakeLog implements LogTail {
  readonly topic = 'message';
  /** How often it was read. */
  reads = 0;
  /** Set to make every call fail. */
  error: string | undefined;
  /** Most records that a read brings of a partition. */
  maxRecords = 1_000;
  isClosed = false;
  /** Newest records of each partition that it does not show, as a broker that has just started. */
  hidden = 0;
  #id = 'first';
  #low: number[];
  #partitions: Buffer[][];
  #sequence = 0;
  #waiting: (() => void)[] = [];

  constructor(partitions = 3) {
    this.#low = Array.from({ length: partitions }, () => 0);
    this.#partitions = Array.from({ length: partitions }, () => []);
  }

  /** Appends messages to the partitions in turn; their sequences count up over all of them. */
  append(count: number, country = 'ES'): void {
    for (let i = 0; i < count; i += 1) {
      const sequence = this.#sequence;
      this.#sequence += 1;
      const body = { description: 'd', country, weather: 'sunny', producer: 'p', sequence, acceptedAt: 1 };
      this.appendTo(sequence % this.#partitions.length, encodeEnvelope(body));
    }
  }

  appendTo(partition: number, value: Buffer): void {
    this.#partitions[partition]?.push(value);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Deletes the oldest of each partition. */
  cut(count: number): void {
    this.#low = this.#low.map((low) => low + count);
  }

  /** Loses the newest of each partition, as after an unclean election. */
  lose(count: number): void {
    this.#partitions = this.#partitions.map((records) => records.slice(0, -count));
  }

  /** Deletes the topic and creates it again. */
  replace(): void {
    this.#id += '+';
    this.#low = this.#low.map(() => 0);
    this.#partitions = this.#partitions.map(() => []);
  }

  addPartition(): void {
    this.#low.push(0);
    this.#partitions.push([]);
  }

  async describe() {
    this.#failIfSo();
    const bounds = this.#partitions.map((records, i) => ({
      low: this.#low[i] ?? 0,
      high: records.length - this.hidden,
    }));
    return { id: this.#id, bounds };
  }

  async read(from: readonly number[]): Promise<ReadonlyMap<number, TailRun>> {
    this.reads += 1;
    this.#failIfSo();
    const runs = this.#runs(from);
    if (runs.size > 0) return runs;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 20);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#failIfSo();
    return this.#runs(from);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  #runs(from: readonly number[]): Map<number, TailRun> {
    const runs = new Map<number, TailRun>();
    for (const [partition, offset] of from.entries()) {
      const all = this.#partitions[partition] ?? [];
      const records = all.slice(0, all.length - this.hidden);
      if (offset < (this.#low[partition] ?? 0) || offset > all.length) this.#fail('out of range');
      const values = records.slice(offset, offset + this.maxRecords);
      if (values.length === 0) continue;
      runs.set(partition, {
        values,
        offsets: values.map((_, index) => offset + index),
        next: offset + values.length,
      });
    }
    return runs;
  }

  #failIfSo(): void {
    if (this.error !== undefined) this.#fail(this.error);
  }

  #fail(message: string): never {
    throw new AppError('BROKER_UNAVAILABLE', message, { retriable: true });
  }
}

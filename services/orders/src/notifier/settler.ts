import type { Persist } from '../database/persist.ts';
import type { MailBook, Settlement } from './mail-book.ts';

/** Writes outcomes down in groups: what comes while the database works is written together. */
export class Settler {
  readonly #book: Pick<MailBook, 'settle'>;
  readonly #persist: Persist;
  readonly #onSettled: () => void;
  readonly #giveUp: AbortSignal;
  #waiting = new Map<string, Settlement[]>();
  #writing: Promise<void> | undefined;

  constructor(options: {
    readonly book: Pick<MailBook, 'settle'>;
    readonly persist: Persist;
    /** Called after each group: mails that waited for others may be due. */
    readonly onSettled: () => void;
    /** Once aborted, a database that is away is waited for no longer. */
    readonly giveUp: AbortSignal;
  }) {
    this.#book = options.book;
    this.#persist = options.persist;
    this.#onSettled = options.onSettled;
    this.#giveUp = options.giveUp;
  }

  add(leaseId: string, settlement: Settlement): void {
    const group = this.#waiting.get(leaseId);
    if (group) group.push(settlement);
    else this.#waiting.set(leaseId, [settlement]);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  /**
   * Resolves when everything is written down.
   * @throws AppError `STOPPING` if it gave up: what is left are leases that run out
   */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const groups = this.#waiting;
      this.#waiting = new Map();
      await Promise.all(
        Array.from(groups, ([leaseId, settlements]) =>
          this.#persist(this.#giveUp, () => this.#book.settle(leaseId, settlements)),
        ),
      );
      this.#onSettled();
    }
  }
}

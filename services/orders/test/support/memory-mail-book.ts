import type { LeasedMail, MailBook, Settlement } from '../../src/notifier/mail-book.ts';

/** Mails in memory, each leased once: the time of another attempt does not come. */
export class MemoryMailBook implements MailBook {
  readonly settled: (Settlement & { readonly leaseId: string })[] = [];
  readonly leases: { readonly leaseId: string; readonly asked: number; readonly given: number }[] = [];
  /** Thrown by the next calls, in order. */
  readonly errors: Error[] = [];
  #waiting: readonly LeasedMail[];

  constructor(mails: readonly LeasedMail[]) {
    this.#waiting = mails;
  }

  async takeIn(): Promise<never> {
    throw new TypeError('nothing is taken in');
  }

  async lease(leaseId: string, maxMails: number): Promise<readonly LeasedMail[]> {
    this.#fail();
    const given = this.#waiting.slice(0, maxMails);
    this.#waiting = this.#waiting.slice(maxMails);
    this.leases.push({ leaseId, asked: maxMails, given: given.length });
    return given;
  }

  async settle(leaseId: string, settlements: readonly Settlement[]): Promise<void> {
    this.#fail();
    this.settled.push(...settlements.map((settlement) => ({ leaseId, ...settlement })));
  }

  async figures() {
    return { byStatus: {}, oldestDueSeconds: 0 };
  }

  async expire(): Promise<boolean> {
    return false;
  }

  #fail(): void {
    const error = this.errors.shift();
    if (error) throw error;
  }
}

import { runNotifier } from './run-notifier.ts';

/** A notifier that writes a mail down as sent before it sends it. */
runNotifier({
  book: (book) => ({
    ...book,
    async lease(leaseId, maxMails) {
      const mails = await book.lease(leaseId, maxMails);
      await book.settle(
        leaseId,
        mails.map(({ orderId, state }) => ({ orderId, state, outcome: 'sent', reason: null, delayMs: 0 })),
      );
      return mails;
    },
  }),
});

/** Messages of a transaction, in the product's store and in what it is compared with. */
export const BATCH_MESSAGES = 1_000;

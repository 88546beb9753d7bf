import type { Connection } from './connection.ts';

/** Operations of transactions, which the protocol has since version 1.5; IEP-34, "Thin client: transactions support". */
const OPERATION = { start: 4_000, end: 4_001 } as const;

const PESSIMISTIC = 1;
const REPEATABLE_READ = 1;

/** Settings of a transaction. */
export interface TransactionSettings {
  /** The server rolls it back after this time, unless it is committing by then. */
  readonly timeoutMs: number;
  /** Shown in the server's list of transactions. */
  readonly label: string;
}

/**
 * Runs `work` in a pessimistic transaction with repeatable read: what it reads or writes is locked until the end. Commits if
 * `work` resolves with `commit`, else rolls back, as the server does with a transaction whose connection was closed.
 *
 * Its number is valid on its connection alone, another one counts from 1 as well: `work` must use no other.
 *
 * @throws what `work` throws, or the IgniteError of the commit: unless of kind `server`, it may have been done
 */
export async function runTransaction<T>(
  connection: Connection,
  { timeoutMs, label }: TransactionSettings,
  work: (transaction: number) => Promise<{ readonly commit: boolean; readonly result: T }>,
): Promise<T> {
  const transaction = await connection.request(
    OPERATION.start,
    (payload) => {
      payload.byte(PESSIMISTIC);
      payload.byte(REPEATABLE_READ);
      payload.long(BigInt(timeoutMs));
      payload.value(label);
    },
    (answer) => answer.int(),
  );
  const end = (isCommit: boolean): Promise<void> =>
    connection.request(
      OPERATION.end,
      (payload) => {
        payload.int(transaction);
        payload.boolean(isCommit);
      },
      () => undefined,
    );
  let outcome: Awaited<ReturnType<typeof work>>;
  try {
    outcome = await work(transaction);
  } catch (error) {
    // Its own failure would hide the first; and the server rolls back what it knows to be lost.
    await end(false).catch(() => undefined);
    throw error;
  }
  await end(outcome.commit);
  return outcome.result;
}

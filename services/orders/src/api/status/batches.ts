/** Gathers questions and asks them together. */
export interface Batches<Key, Answer> {
  /** Answers a question by a call that begins after this one. @throws what that call throws */
  ask(key: Key): Promise<Answer>;
}

interface Question<Key, Answer> {
  readonly key: Key;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks one call for all questions that wait: thousands of clients that ask at once cost one call, and no answer is older than its
 * question.
 *
 * @param load answers all keys, each named once; called again only after it has settled
 * @param maxKeys of one call
 */
export function createBatches<Key, Answer>(
  load: (keys: readonly Key[]) => Promise<(key: Key) => Answer>,
  maxKeys: number,
): Batches<Key, Answer> {
  const waiting: Question<Key, Answer>[] = [];
  let isLoading = false;

  const loadAll = async (): Promise<void> => {
    isLoading = true;
    while (waiting.length > 0) {
      const questions = waiting.splice(0, maxKeys);
      try {
        const answerOf = await load([...new Set(questions.map(({ key }) => key))]);
        for (const { key, resolve } of questions) resolve(answerOf(key));
      } catch (error) {
        for (const { reject } of questions) reject(error);
      }
    }
    isLoading = false;
  };

  return {
    ask: (key) =>
      new Promise((resolve, reject) => {
        waiting.push({ key, resolve, reject });
        // What this turn of the event loop brings is asked together.
        if (!isLoading) {
          isLoading = true;
          setImmediate(() => void loadAll());
        }
      }),
  };
}

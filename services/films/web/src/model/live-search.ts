/** What a search while typing needs. */
export interface LiveSearchOptions<Query, Outcome> {
  /** Time without a key before a search, ms. */
  readonly pauseMs: number;
  /** Asks; an abort may reject. */
  ask(query: Query, signal: AbortSignal): Promise<Outcome>;
  /** Called when a question is sent. */
  begun(query: Query): void;
  /** Called with the outcome of the newest question alone. */
  ended(query: Query, outcome: Outcome): void;
}

/** Searches while a person types: of all questions only the newest counts, in whatever order answers come. */
export interface LiveSearch<Query> {
  /** Asks once the person pauses. */
  soon(query: Query): void;
  /** Asks without a pause. */
  now(query: Query): Promise<void>;
  /** Gives up what is asked or waits to be. */
  stop(): void;
}

/** Creates a search that has asked nothing yet. */
export function createLiveSearch<Query, Outcome>(
  options: LiveSearchOptions<Query, Outcome>,
): LiveSearch<Query> {
  let running: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
  }

  async function now(query: Query): Promise<void> {
    stop();
    const own = new AbortController();
    running = own;
    options.begun(query);
    try {
      const outcome = await options.ask(query, own.signal);
      if (running === own) options.ended(query, outcome);
    } catch (error) {
      if (!own.signal.aborted) throw error;
    }
  }

  return {
    soon(query) {
      clearTimeout(timer);
      timer = setTimeout(() => void now(query), options.pauseMs);
    },
    now,
    stop,
  };
}

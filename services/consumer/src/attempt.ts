/** A store's record of attempts at a source's next messages that ended in a crash. */
export interface Attempt {
  /** Offset of the first message in hand. */
  readonly at: number;
  /** End of the suspected messages: the first offset after them. */
  readonly until: number;
  /** Whether the message was handled alone. */
  readonly isAlone: boolean;
  /** Processes that attempted it, one entry each. */
  readonly processes: readonly string[];
}

/** Encodes an attempt for the store: `at until batch|alone process process …`. */
export function encodeAttempt({ at, until, isAlone, processes }: Attempt): string {
  return [at, until, isAlone ? 'alone' : 'batch', ...processes].join(' ');
}

/** Decodes {@link encodeAttempt}; undefined for an empty text or an unsupported format. */
export function decodeAttempt(text: string): Attempt | undefined {
  const [at, until, mode, ...processes] = text.split(' ');
  const attempt = { at: Number(at), until: Number(until), isAlone: mode === 'alone', processes };
  const isUnderstood = text !== '' && Number.isSafeInteger(attempt.at) && Number.isSafeInteger(attempt.until);
  return isUnderstood && (attempt.isAlone || mode === 'batch') ? attempt : undefined;
}

/** What a store remembers of attempts at a source's next messages that did not end otherwise than by a crash. */
export interface Attempt {
  /** Offset of the first message in hand. */
  readonly at: number;
  /** Messages before this offset are suspected. */
  readonly until: number;
  /** Whether the message was handled alone. */
  readonly isAlone: boolean;
  /** The processes that tried, one entry each. */
  readonly processes: readonly string[];
}

/** An attempt as a store keeps it: `at until batch|alone process process …`. */
export function encodeAttempt({ at, until, isAlone, processes }: Attempt): string {
  return [at, until, isAlone ? 'alone' : 'batch', ...processes].join(' ');
}

/** Reads {@link encodeAttempt}; undefined for an empty text and for one this version does not understand. */
export function decodeAttempt(text: string): Attempt | undefined {
  const [at, until, mode, ...processes] = text.split(' ');
  const attempt = { at: Number(at), until: Number(until), isAlone: mode === 'alone', processes };
  const isUnderstood = text !== '' && Number.isSafeInteger(attempt.at) && Number.isSafeInteger(attempt.until);
  return isUnderstood && (attempt.isAlone || mode === 'batch') ? attempt : undefined;
}

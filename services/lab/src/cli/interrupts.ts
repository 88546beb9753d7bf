/** Handles Ctrl-C, SIGTERM and SIGHUP for a command. */
export interface Interrupts {
  /** Aborted at the first signal; its reason is an {@link InterruptedError}. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly received: Promise<void>;
  /** Removes the handlers, restoring the default action of signals. */
  release(): void;
}

/** The command was interrupted by a signal. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Exit status after an interrupt, as shells use it for SIGINT. */
export const INTERRUPTED_STATUS = 130;

/** Shuts down in order on the first signal; exits immediately on the second (children die with it). */
export function handleInterrupts(onFirst: () => void = () => undefined): Interrupts {
  const controller = new AbortController();
  let resolveReceived: () => void = () => undefined;
  const received = new Promise<void>((resolve) => {
    resolveReceived = resolve;
  });
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_STATUS);
    controller.abort(new InterruptedError('interrupted'));
    onFirst();
    resolveReceived();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handle);
  return {
    signal: controller.signal,
    received,
    release: () => {
      for (const signal of signals) process.off(signal, handle);
    },
  };
}

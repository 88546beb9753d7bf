/** What Ctrl-C, SIGTERM and SIGHUP do to a command. */
export interface Interrupts {
  /** Aborted at the first signal; its reason is an {@link InterruptedError}. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly received: Promise<void>;
  /** Takes the handlers away, so that a signal ends the process again. */
  release(): void;
}

/** A person, or the system, asked the command to end. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Exit status of a command that was interrupted, as shells have it for SIGINT. */
export const INTERRUPTED_STATUS = 130;

/** The first signal asks to end in order; the second ends the process at once (children die with it). */
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

/**
 * Detects that this process was frozen for longer than `limitMs`: stopped by a signal, or not scheduled. Time during which
 * the whole machine was suspended may not count.
 */
export class FreezeWatch {
  readonly #limitMs: number;
  readonly #onFrozen: (milliseconds: number) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `onFrozen` is called once, with the length of the freeze; the watch ends with it. */
  constructor(limitMs: number, onFrozen: (milliseconds: number) => void) {
    this.#limitMs = limitMs;
    this.#onFrozen = onFrozen;
  }

  start(): void {
    this.stop();
    let lastTickMs = performance.now();
    this.#timer = setInterval(() => {
      const silentMs = performance.now() - lastTickMs;
      lastTickMs += silentMs;
      if (silentMs <= this.#limitMs) return;
      this.stop();
      this.#onFrozen(silentMs);
    }, this.#limitMs / 10);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

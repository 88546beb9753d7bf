const WEIGHT_OF_A_SAMPLE = 0.3;

/** What is known of a server that gets no reads counts for less and less, so that it is tried again. */
const HALF_LIFE_MS = 1_000;

/** Time of reads at one server, smoothed: recent ones count for more. */
export class SmoothedLatency {
  #valueMs = 0;
  #atMs = 0;

  add(sampleMs: number, nowMs: number): void {
    const before = this.valueMs(nowMs);
    this.#valueMs = before + WEIGHT_OF_A_SAMPLE * (sampleMs - before);
    this.#atMs = nowMs;
  }

  /** 0 before the first read; comes close to 0 again without further ones. */
  valueMs(nowMs: number): number {
    return this.#valueMs * 0.5 ** ((nowMs - this.#atMs) / HALF_LIFE_MS);
  }
}

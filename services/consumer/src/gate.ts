interface Turn {
  readonly isExclusive: boolean;
  begin(): void;
}

/** Runs work concurrently or exclusively, in order of arrival, so that neither kind starves. */
export class Gate {
  readonly #waiting: Turn[] = [];
  #running = 0;
  #isTakenAlone = false;

  /** Runs `work` concurrently with other shared work. */
  shared<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(false, work);
  }

  /** Runs `work` exclusively. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(true, work);
  }

  async #run<T>(isExclusive: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#isFree(isExclusive))
      await new Promise<void>((begin) => this.#waiting.push({ isExclusive, begin }));
    else this.#take(isExclusive);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#isTakenAlone = false;
      this.#letIn();
    }
  }

  #isFree(isExclusive: boolean): boolean {
    return isExclusive ? this.#running === 0 : !this.#isTakenAlone;
  }

  #take(isExclusive: boolean): void {
    this.#running += 1;
    this.#isTakenAlone = isExclusive;
  }

  #letIn(): void {
    for (let turn = this.#waiting[0]; turn && this.#isFree(turn.isExclusive); turn = this.#waiting[0]) {
      this.#waiting.shift();
      this.#take(turn.isExclusive);
      turn.begin();
    }
  }
}

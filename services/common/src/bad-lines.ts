/** Lines that are listed; the others are counted. */
const LISTED = 20;

/** A value of a file in a message: short, and on one line. */
export function showValue(value: string): string {
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}

/** Lines of a file that cannot be used, with their reasons. */
export class BadLines {
  #count = 0;
  readonly #listed: string[] = [];

  get count(): number {
    return this.#count;
  }

  /** @param line number of the line, from 1; of a record with several lines, the last one */
  add(line: number, reason: string): void {
    this.#count += 1;
    if (this.#listed.length < LISTED) this.#listed.push(`line ${line}: ${reason}`);
  }

  /** The number of bad lines and the first of them, each on a line. */
  toString(): string {
    const noun = this.#count === 1 ? 'bad line' : 'bad lines';
    const more = this.#count - this.#listed.length;
    return [`${this.#count} ${noun}`, ...this.#listed, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
  }
}

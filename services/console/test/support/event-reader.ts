/** An event of a stream, with the id that holds after it. */
export interface ServerEvent {
  /** `message` unless named. */
  readonly name: string;
  readonly data: unknown;
  readonly id: string;
}

/** Reads server-sent events as a browser does: an id without data counts, a comment does not. */
export class EventReader {
  readonly events: ServerEvent[] = [];
  /** The last id, for `Last-Event-ID`. */
  id = '';
  comments = 0;
  #rest = '';

  push(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#readBlock(block);
  }

  /** Data of the events of a name. */
  data<T>(name = 'message'): T[] {
    return this.events.filter((event) => event.name === name).map(({ data }) => data as T);
  }

  #readBlock(block: string): void {
    let name = 'message';
    let data: string | undefined;
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.comments += 1;
      else if (line.startsWith('id: ')) this.id = line.slice(4);
      else if (line.startsWith('event: ')) name = line.slice(7);
      else if (line.startsWith('data: ')) data = line.slice(6);
    }
    if (data !== undefined) this.events.push({ name, data: JSON.parse(data), id: this.id });
  }
}

import type { RunningFilmReader } from '../../../src/replicas/create-film-reader.ts';
import type { Reading, ReadRequest, ServerName } from '../../../src/replicas/film-reader.ts';

/** A reader whose servers answer each statement with the same rows. */
export class MemoryReader implements RunningFilmReader {
  /** Rows of each statement. */
  rows: readonly unknown[] = [];
  /** Version that is current; undefined: no server has films. */
  version: number | undefined = 3;
  /** Thrown by each read. */
  failure: Error | undefined;
  /** Servers that answer in turn. */
  readonly servers: ServerName[] = ['replica-1'];
  readonly reads: (number | undefined)[] = [];
  readonly statements: string[] = [];
  isClosed = false;

  start(): void {}

  async close(): Promise<void> {
    this.isClosed = true;
  }

  unreadyReason(): string | undefined {
    return this.isReady() ? undefined : 'replica-1: has no films';
  }

  isReady(): boolean {
    return this.version !== undefined;
  }

  currentVersion(): number | undefined {
    return this.version;
  }

  async read<Result>({ at, work }: ReadRequest<Result>): Promise<Reading<Result>> {
    this.reads.push(at);
    if (this.failure) throw this.failure;
    const version = at ?? this.version ?? 1;
    const server = this.servers[(this.reads.length - 1) % this.servers.length] ?? 'primary';
    const result = await work({
      version,
      query: async <Row>({ text }: { readonly text: string }) => {
        this.statements.push(text);
        return this.rows as readonly Row[];
      },
    });
    return { server, version, result };
  }
}

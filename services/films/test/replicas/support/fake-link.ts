import { AppError } from '@caudal/common/errors';
import type { Clock } from '../../../src/replicas/clock.ts';
import type { ServerLink } from '../../../src/replicas/link.ts';
import type { Observation } from '../../../src/replicas/observation.ts';

/** What a server without a database does when it is asked. */
export type Behaviour = 'answers' | 'is silent' | Error | { readonly tookMs: number };

const { signal: NEVER } = new AbortController();

/** A link to nothing, whose behaviour a test sets. */
export class FakeLink implements ServerLink {
  isUp = true;
  reads: Behaviour = 'answers';
  probes: Behaviour = 'answers';
  observation: Observation;
  /** Texts of the statements that came. */
  readonly statements: string[] = [];
  probeCount = 0;
  readonly #clock: Clock;
  #release = Promise.withResolvers<void>();

  constructor(observation: Observation, clock: Clock) {
    this.#clock = clock;
    this.observation = observation;
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  isConnected(): boolean {
    return this.isUp;
  }

  async probe(): Promise<Observation> {
    this.probeCount += 1;
    await this.#act(this.probes);
    return this.observation;
  }

  async query<Row>(statement: { readonly text: string }, signal: AbortSignal): Promise<readonly Row[]> {
    signal.throwIfAborted();
    this.statements.push(statement.text);
    await this.#act(this.reads);
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Answers everything that was asked while it was silent. */
  release(): void {
    this.#release.resolve();
    this.#release = Promise.withResolvers();
  }

  async #act(behaviour: Behaviour): Promise<void> {
    if (behaviour === 'is silent') await this.#release.promise;
    else if (behaviour instanceof Error) throw behaviour;
    else if (behaviour !== 'answers') await this.#clock.sleep(behaviour.tookMs, NEVER);
  }
}

/** An error of a database as common's `Database` throws it. */
export function databaseError(sqlstate: string | undefined, isRetriable = true): AppError {
  const cause = Object.assign(new Error('broken'), sqlstate && { code: sqlstate, severity: 'ERROR' });
  return new AppError(isRetriable ? 'STORE_UNAVAILABLE' : 'STORE_REJECTED', 'it is broken', {
    retriable: isRetriable,
    cause,
  });
}

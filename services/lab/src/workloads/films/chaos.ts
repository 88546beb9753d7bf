import { join } from 'node:path';
import type { FilmsAccount as LoadAccount } from '../../../../../load-tests/lib/films/account.ts';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import type { ChaosLoad, ChaosWorkload } from '../../chaos/chaos-workload.ts';
import { localLoad } from '../../load/run-k6.ts';
import type { Stack } from '../../stack/stack.ts';
import { BREAKABLE_SERVERS, feltBy, SIGNS } from './faults.ts';
import { judge, RETRY_BUDGET } from './judge.ts';
import { type FilmsResult, measureFilms } from './load/measure-films.ts';
import { type MisbehavingFilms, misbehavioursOf } from './misbehaviours.ts';
import { oracleOf } from './oracle-of.ts';
import { API, filmsServices, REPLICAS } from './services.ts';
import { readVersions } from './verify/read-versions.ts';
import { watchFilms } from './watch-films.ts';

/** Films to break. */
export interface FilmsChaosOptions {
  readonly addresses: ServerAddresses;
  /** The servers, once they run. */
  readonly servers: MisbehavingFilms['servers'];
  /** Processes of the API. */
  readonly processes: number;
  /** Attempts of a client after a failed one. */
  readonly retries: 0 | 1;
  /** Longest suspension, ms: a client waits longer for its answer. */
  readonly stopMs: number;
  /** How long a replica stands still, ms. */
  readonly lagMs: number;
}

/** Shorter than of others: what reaches a process that is about to die is lost to a client without a second attempt. */
const HANG_MS = 20;
/** Longer than a suspension: latency shows it, and nothing else. */
const MORE_THAN_STOP_MS = 5_000;

/** The films under chaos: a load that asks once more or not at all, and the file of the films. */
export function filmsChaos(options: FilmsChaosOptions): ChaosWorkload<FilmsResult> {
  const { processes, addresses } = options;
  return {
    signs: SIGNS,
    servers: BREAKABLE_SERVERS,
    connections: [],
    misbehaviours: misbehavioursOf(options),
    hangMs: HANG_MS,
    feltBy,
    specs: () => filmsServices({ processes }),
    load: (stack, load) => sendLoad(stack, load, options),
    accepted: (run) => run.counter('films_answered'),
    failuresOf,
    watchFlow: (stack, { isLoaded }) =>
      watchFilms({ metricsUrls: stack.metricsUrls, servers: ['primary', ...REPLICAS], isLoaded }),
  };

  async function sendLoad(stack: Stack, load: ChaosLoad, { retries, stopMs }: FilmsChaosOptions) {
    return measureFilms({
      oracle: await oracleOf(undefined),
      // Each is away for a while.
      sharing: [],
      readVersions: () => readVersions(addresses.postgresql.films.ownerUrl),
      metricsUrls: stack.metricsUrls,
      sampleIntervalMs: 500,
      startLoad: (signal) =>
        localLoad({
          k6: load.k6,
          scenario: 'films-browse',
          baseUrl: stack.url(API),
          variables: variablesOf(load, retries, stopMs),
          logFile: join(load.resultDirectory, 'k6.log'),
          accountFile: join(load.resultDirectory, 'account.json'),
        })<LoadAccount>(signal),
      signal: load.signal,
      onProgress: load.onProgress,
      onSample: load.onSample,
      onLoadStarted: load.onStarted,
    });
  }
}

function variablesOf(
  { rate, maxSeconds, seed }: ChaosLoad,
  retries: 0 | 1,
  stopMs: number,
): Readonly<Record<string, string>> {
  const timeoutMs = stopMs + MORE_THAN_STOP_MS;
  const most = String(rate * maxSeconds);
  return {
    RATE: String(rate),
    DURATION: `${maxSeconds}s`,
    // Number of requests that wait while a process hangs.
    USERS: String(Math.max(50, Math.ceil((rate * timeoutMs) / 1_000))),
    SEED: seed,
    RETRIES: String(retries),
    REQUEST_TIMEOUT: `${timeoutMs}ms`,
    // Faults make requests slow on purpose, and the account decides what failed.
    P95_MS: '600000',
    P99_MS: '600000',
    MAX_FAILED: most,
    MAX_DROPPED: most,
  };
}

/** Why a run proves nothing, or what its verdict found. A client that does not ask again may fail a thousandth of the time. */
export function failuresOf(
  result: Pick<FilmsResult, 'account' | 'load' | 'reads' | 'sharing'>,
  { messages }: Pick<ChaosLoad, 'messages'>,
): readonly string[] {
  const { account, load } = result;
  const mayFail = load.retries === 0 ? Math.floor(account.asked * RETRY_BUDGET) : 0;
  const failures = judge(result)
    .findings.filter(
      ({ kind, subject, count }) => !(kind === 'lost' && subject === 'requests' && count <= mayFail),
    )
    .map(
      ({ kind, subject, count, detail, examples }) =>
        `${kind} ${count} in ${subject}: ${detail} (${examples.join('; ')})`,
    );
  if (load.queries.answered < messages) {
    failures.push(
      `only ${load.queries.answered} of ${messages} questions were answered: ask fewer with --queries`,
    );
  }
  return failures;
}

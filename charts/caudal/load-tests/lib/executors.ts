import type { Scenario } from 'k6/options';
import { type ArrivalLoad, arrivalDurationMs, type FixedCountLoad, type Load, peakRate } from './profiles.ts';
import type { Target } from './variables.ts';

/** What is run: `load.messages` and its rates count whatever the script sends, `batch` of it in a request. */
type Sending = Pick<Target, 'retryForMs' | 'requestTimeoutMs'> & {
  load: Load;
  /** Maximum concurrent requests in arrival-rate loads; undefined derives it from the rate. */
  users: number | undefined;
  batch: number;
};

/** Concurrency that arrival loads prepare for when nothing else is said: this many seconds of arrivals. */
const preparedStallSeconds = 2;

/** As k6 reads a duration. */
export function milliseconds(ms: number): string {
  return `${Math.round(ms)}ms`;
}

/** Time for requests in progress at the end: all their retries, so that none is interrupted with an unknown outcome. */
export function gracefulStopMs(settings: Pick<Target, 'retryForMs' | 'requestTimeoutMs'>): number {
  return settings.retryForMs + settings.requestTimeoutMs + 5_000;
}

/**
 * Maximum concurrent requests in an arrival-rate load. All virtual users are allocated before the start, because k6 drops
 * an arrival whenever it has to allocate one for it.
 */
export function arrivalUsers(load: ArrivalLoad, batch: number, users: number | undefined): number {
  const requestsPerSecond = peakRate(load) / batch;
  return users ?? Math.min(500, Math.max(20, Math.ceil(requestsPerSecond * preparedStallSeconds)));
}

/** Requests a fixed-count load is cut into; the last one may be smaller. */
export function requestCount(load: FixedCountLoad, batch: number): number {
  return Math.ceil(load.messages / batch);
}

/** Messages of the request with this number (0, 1, 2, …): all of them add up to exactly the load's messages. */
export function requestSize(settings: Pick<Sending, 'load' | 'batch'>, request: number): number {
  if (settings.load.kind === 'arrival') return settings.batch;
  return Math.max(0, Math.min(settings.batch, settings.load.messages - request * settings.batch));
}

function arrivalScenario(load: ArrivalLoad, settings: Sending): Scenario {
  const users = arrivalUsers(load, settings.batch, settings.users);
  // "RATE requests in BATCH seconds" keeps the message rate exact where RATE / BATCH is no whole number.
  const shared = {
    timeUnit: `${settings.batch}s`,
    preAllocatedVUs: users,
    maxVUs: users,
    gracefulStop: milliseconds(gracefulStopMs(settings)),
  };
  const [first] = load.stages;
  if (load.stages.length === 1 && first !== undefined && first.rate === load.startRate) {
    return {
      executor: 'constant-arrival-rate',
      rate: Math.max(1, Math.round(first.rate)),
      duration: milliseconds(arrivalDurationMs(load)),
      ...shared,
    };
  }
  return {
    executor: 'ramping-arrival-rate',
    startRate: Math.round(load.startRate),
    stages: load.stages.map((stage) => ({
      duration: milliseconds(stage.durationMs),
      target: Math.round(stage.rate),
    })),
    ...shared,
  };
}

/** Turns the load into what k6 runs. */
export function k6Scenario(settings: Sending): Scenario {
  const { load } = settings;
  if (load.kind === 'arrival') return arrivalScenario(load, settings);
  const iterations = requestCount(load, settings.batch);
  return {
    executor: 'shared-iterations',
    // k6 refuses more users than iterations.
    vus: Math.min(load.users, iterations),
    iterations,
    maxDuration: milliseconds(load.maxDurationMs),
    gracefulStop: milliseconds(gracefulStopMs(settings)),
  };
}

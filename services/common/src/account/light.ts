import type { PerCountry } from './account.ts';
import { findDrift } from './light-drift.ts';
import type { AcceptedReading, Baseline, Light, LightReading, LightReason } from './light-reading.ts';

/** Time without any change after which counts are compared, ms. Under load a lane may store a message before ingest counts it. */
export const REST_MS = 5_000;
/** Time after which a part of what is in flight that no broker accounts for is named, ms. */
const UNEXPLAINED_MS = 10_000;

/** What the light remembers from one reading to the next. */
export interface LightMemory {
  readonly light: Light;
  readonly baseline: Baseline | undefined;
  /** Counts of the last reading, to notice a change. */
  readonly counts: string;
  readonly movedAt: number;
  readonly inFlightSince: number | undefined;
  readonly unexplainedSince: number | undefined;
}

/**
 * Judges a reading. Pure: what it has to remember is in the memory that it returns, to be given with the next reading.
 *
 * Counts are compared only at rest, and with what was last found right. What ingest accepted is known from counters that
 * Prometheus scrapes: they can be too low (an ingest process that ended took its last counts with it), never too high.
 * So less stored than accepted is always a loss; more stored than accepted is a fault only while no process has ended.
 */
export function judgeLight(memory: LightMemory | undefined, reading: LightReading): LightMemory {
  const { at } = reading;
  const counts = JSON.stringify([countsOf(reading.accepted), reading.lanes.map(({ stored }) => stored)]);
  const movedAt = memory?.counts === counts ? memory.movedAt : at;
  const flight = flightReasons(reading);
  const unreadable = unreadableReasons(reading);
  const isMoving = flight.length > 0 || at - movedAt < REST_MS;
  const inFlightSince = isMoving ? (memory?.inFlightSince ?? at) : undefined;
  const unexplained = unreadable.length > 0 ? 0 : unexplainedOf(reading, memory?.baseline);
  const unexplainedSince = unexplained > 0 ? (memory?.unexplainedSince ?? at) : undefined;
  const baseline = memory?.baseline;
  const next = (state: Light['state'], line: string, reasons: readonly LightReason[], found = baseline) => {
    const isCertain = state === 'exact' || state === 'equal' || state === 'drift';
    const last = isCertain ? { state, at } : memory?.light.lastCertain;
    const { accepted } = reading;
    const light: Light = {
      state,
      line,
      since: memory?.light.state === state ? memory.light.since : at,
      ...(accepted.kind === 'known' && { accepted: sum(accepted.byCountry) }),
      inFlight: reading.lanes.reduce((total, { backlog }) => total + (backlog?.messages ?? 0), 0),
      ...(inFlightSince !== undefined && { oldestSeconds: (at - inFlightSince) / 1_000 }),
      ...etaOf(reading),
      reasons,
      ...(last && { lastCertain: last }),
    };
    return { light, baseline: found, counts, movedAt, inFlightSince, unexplainedSince };
  };

  if (unreadable.length > 0) {
    return next('unknown', `cannot tell: ${unreadable[0]?.text}`, [...unreadable, ...flight]);
  }
  if (isMoving || isUnsettled(reading, movedAt)) {
    const reasons = [...flight];
    if (unexplainedSince !== undefined && at - unexplainedSince > UNEXPLAINED_MS) {
      const text = `${format(unexplained)} accepted and neither stored nor on a broker`;
      reasons.push({ kind: 'unexplained', count: unexplained, text });
    }
    if (reasons.length === 0) reasons.push({ kind: 'settling', text: 'waiting until nothing moves' });
    return next('in-flight', flightLine(reading, reasons), reasons);
  }
  const { findings, isUncertain } = findDrift(reading, baseline);
  if (findings.length > 0) {
    const more = findings.length > 1 ? ` and ${findings.length - 1} more` : '';
    return next('drift', `${findings[0]?.text}${more}`, findings);
  }
  return atRest(reading, baseline, isUncertain, next);
}

type Next = (
  state: Light['state'],
  line: string,
  reasons: readonly LightReason[],
  baseline?: Baseline,
) => LightMemory;

/** Nothing is missing or over: says for what that holds. */
function atRest(
  reading: LightReading,
  before: Baseline | undefined,
  isUncertain: boolean,
  next: Next,
): LightMemory {
  const { at, accepted } = reading;
  const known = accepted.kind === 'known' ? accepted : undefined;
  const stored = Object.fromEntries(reading.lanes.map((lane) => [lane.lane, lane.stored ?? {}]));
  const isNew = before === undefined || sum(known?.byCountry ?? {}) > sum(before.accepted?.byCountry ?? {});
  if (isUncertain) {
    const found: Baseline = { at, isWhole: false, accepted: known, stored };
    return next(
      'equal',
      'the lanes agree; how many messages were accepted is not certain',
      [uncertainty(accepted)],
      found,
    );
  }
  const isWhole = before?.isWhole ?? true;
  // Until something new has come, there is nothing that the lanes were seen to store exactly.
  if (!isWhole && !isNew) {
    return next('equal', 'the lanes agree; how many messages were accepted is not certain', [
      uncertainty(accepted),
    ]);
  }
  const found: Baseline = { at: isWhole ? at : (before?.at ?? at), isWhole, accepted: known, stored };
  if (isWhole) return next('exact', 'every accepted message is in every store, once', [], found);
  const time = new Date(found.at).toISOString().slice(11, 19);
  const text = `how many messages were accepted before ${time} UTC is not certain`;
  return next(
    'exact',
    `every message accepted since ${time} UTC is in every store, once`,
    [{ kind: 'accepted-uncertain', text }],
    found,
  );
}

/** A light of which no new reading has come for too long: never an old colour. */
export function staleLight(light: Light, ageMs: number): Light {
  const text = `the last reading is ${Math.round(ageMs / 1_000)} s old`;
  return { ...light, state: 'unknown', line: `cannot tell: ${text}`, reasons: [{ kind: 'stale', text }] };
}

function uncertainty(accepted: AcceptedReading): LightReason {
  const text =
    accepted.kind === 'known'
      ? 'an ingest process ended, or the counters begin later than the stores'
      : 'there is no Prometheus to count what was accepted';
  return { kind: 'accepted-uncertain', text };
}

function unreadableReasons({ accepted, lanes }: LightReading): LightReason[] {
  const reasons: LightReason[] = lanes
    // A consumer that waits for the same store explains it: the lane is paused.
    .filter(({ stored, backlog, isPaused }) => (stored === undefined && !isPaused) || backlog === undefined)
    .map(({ lane, problem }) => ({ kind: 'unreadable', lane, text: `${lane}: ${problem ?? 'no answer'}` }));
  if (accepted.kind === 'unreadable') reasons.push({ kind: 'unreadable', text: accepted.reason });
  return reasons;
}

function flightReasons({ lanes }: LightReading): LightReason[] {
  return lanes.flatMap(({ lane, backlog, isPaused, problem }): LightReason[] => {
    const inHand = backlog?.inHand ?? 0;
    const waiting = (backlog?.messages ?? 0) - inHand;
    const cause = problem === undefined ? '' : `: ${problem}`;
    return [
      ...(isPaused ? [{ kind: 'paused', lane, text: `${lane} is paused${cause}` } as const] : []),
      ...(waiting > 0
        ? [{ kind: 'waiting', lane, count: waiting, text: `${lane}: ${format(waiting)} waiting` } as const]
        : []),
      ...(inHand > 0
        ? [{ kind: 'in-hand', lane, count: inHand, text: `${lane}: ${format(inHand)} in hand` } as const]
        : []),
    ];
  });
}

function flightLine({ lanes }: LightReading, reasons: readonly LightReason[]): string {
  const paused = reasons.find(({ kind }) => kind === 'paused');
  const inFlight = lanes.reduce((total, { backlog }) => total + (backlog?.messages ?? 0), 0);
  const flying = inFlight > 0 ? `${format(inFlight)} in flight` : undefined;
  return [paused?.text, flying].filter((text) => text !== undefined).join(', ') || 'settling';
}

/** Counters that are older than the last change may still have to catch up with it. */
function isUnsettled({ accepted }: LightReading, movedAt: number): boolean {
  return accepted.kind === 'known' && accepted.asOf < movedAt;
}

/** Messages accepted since the baseline that a lane has neither stored nor still to store. */
function unexplainedOf({ accepted, lanes }: LightReading, baseline: Baseline | undefined): number {
  if (accepted.kind !== 'known' || baseline?.accepted === undefined) return 0;
  const before = baseline.accepted.byCountry;
  const gaps = lanes.map(({ lane, countries, stored, backlog }) => {
    if (stored === undefined) return 0;
    const taken = Object.keys(accepted.byCountry).filter((code) => countries?.includes(code) ?? true);
    const since = (now: PerCountry, then: PerCountry) =>
      taken.reduce((total, code) => total + (now[code] ?? 0) - (then[code] ?? 0), 0);
    return (
      since(accepted.byCountry, before) -
      since(stored, baseline.stored[lane] ?? {}) -
      (backlog?.messages ?? 0)
    );
  });
  return Math.max(0, ...gaps);
}

function etaOf({ lanes }: LightReading): { readonly etaSeconds?: number } {
  const busy = lanes.filter(({ backlog }) => (backlog?.messages ?? 0) > 0);
  if (busy.length === 0 || busy.some(({ perSecond }) => !perSecond)) return {};
  const seconds = busy.map(({ backlog, perSecond }) => (backlog?.messages ?? 0) / (perSecond ?? 1));
  return { etaSeconds: Math.round(Math.max(...seconds) * 10) / 10 };
}

function countsOf(accepted: AcceptedReading): unknown {
  return accepted.kind === 'known' ? [accepted.byCountry, accepted.unconfirmed] : accepted.kind;
}

function sum(counts: PerCountry): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}

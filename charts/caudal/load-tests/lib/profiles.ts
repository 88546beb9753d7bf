/** The scripts of this folder. */
export type ScenarioName = 'seed' | 'steady' | 'ramp' | 'spike' | 'soak';
/** How hard a script can push. */
export const profileNames = ['smoke', 'average', 'stress'] as const;
/** How hard a script pushes. */
export type ProfileName = (typeof profileNames)[number];

/** `messages` messages in all, by `users` users at once, each as fast as it is answered. */
export type FixedCountLoad = { kind: 'fixed-count'; messages: number; users: number; maxDurationMs: number };

/** A step of a load that changes: within `durationMs` the rate moves in a straight line to `rate`. */
type Stage = { durationMs: number; rate: number };

/** Messages arrive by the clock, however slow the answers are. Rates are messages per second. */
export type ArrivalLoad = { kind: 'arrival'; startRate: number; stages: readonly Stage[] };

export type Load = FixedCountLoad | ArrivalLoad;

/** A load, and how slow a successful POST may be under it. */
export type Profile = { load: Load; p95Ms: number; p99Ms: number };

/** ms. */
export const second = 1000;
/** ms. */
export const minute = 60 * second;
const hour = 60 * minute;

/** By concurrent users, each as fast as it is answered. */
export function fixedCount(messages: number, users: number, p95Ms: number, p99Ms: number): Profile {
  return { load: { kind: 'fixed-count', messages, users, maxDurationMs: 30 * minute }, p95Ms, p99Ms };
}

/** By the clock. */
export function constant(rate: number, durationMs: number): Profile {
  return {
    load: { kind: 'arrival', startRate: rate, stages: [{ durationMs, rate }] },
    p95Ms: 500,
    p99Ms: 1500,
  };
}

/** Up to the peak, stay, and down to nothing. */
export function ramp(peak: number, upMs: number, holdMs: number, downMs: number): Profile {
  return {
    load: {
      kind: 'arrival',
      startRate: 0,
      stages: [
        { durationMs: upMs, rate: peak },
        { durationMs: holdMs, rate: peak },
        { durationMs: downMs, rate: 0 },
      ],
    },
    p95Ms: 750,
    p99Ms: 2000,
  };
}

/** A calm tenth of the peak, all of it nearly at once, and calm again: what matters is how it settles. */
function spike(peak: number, calmMs: number, holdMs: number): Profile {
  const calm = peak / 10;
  const edgeMs = Math.max(200, holdMs / 10);
  return {
    load: {
      kind: 'arrival',
      startRate: calm,
      stages: [
        { durationMs: calmMs, rate: calm },
        { durationMs: edgeMs, rate: peak },
        { durationMs: holdMs, rate: peak },
        { durationMs: edgeMs, rate: calm },
        { durationMs: calmMs, rate: calm },
      ],
    },
    p95Ms: 1500,
    p99Ms: 4000,
  };
}

/** Every script in every size. The default is `average`. */
export const profiles: Readonly<Record<ScenarioName, Readonly<Record<ProfileName, Profile>>>> = {
  seed: {
    smoke: fixedCount(200, 10, 2000, 5000),
    average: fixedCount(10_000, 100, 2000, 5000),
    stress: fixedCount(100_000, 200, 3000, 8000),
  },
  steady: {
    smoke: constant(20, 5 * second),
    average: constant(200, minute),
    stress: constant(1000, 2 * minute),
  },
  ramp: {
    smoke: ramp(40, 2 * second, 2 * second, second),
    average: ramp(400, minute, 2 * minute, 30 * second),
    stress: ramp(2000, 2 * minute, 3 * minute, minute),
  },
  spike: {
    smoke: spike(60, 2 * second, 2 * second),
    average: spike(1000, 30 * second, 30 * second),
    stress: spike(3000, minute, minute),
  },
  soak: {
    smoke: constant(20, 5 * second),
    average: constant(100, hour),
    stress: constant(300, 4 * hour),
  },
};

/** What a person may change about a profile. Rates are messages per second, `users` bounds concurrency. */
export type LoadChanges = {
  messages?: number | undefined;
  users?: number | undefined;
  rate?: number | undefined;
  durationMs?: number | undefined;
};

/** Time between the first arrival and the last. */
export function arrivalDurationMs(load: ArrivalLoad): number {
  return load.stages.reduce((sum, stage) => sum + stage.durationMs, 0);
}

/** The highest rate of a load, messages per second. */
export function peakRate(load: ArrivalLoad): number {
  return Math.max(load.startRate, ...load.stages.map(({ rate }) => rate));
}

/** Applies changes: a new rate is the new peak, a new duration stretches every stage, so the shape stays. */
export function changeLoad(load: Load, changes: LoadChanges): Load {
  if (load.kind === 'fixed-count') {
    return {
      ...load,
      messages: changes.messages ?? load.messages,
      users: changes.users ?? load.users,
      maxDurationMs: changes.durationMs ?? load.maxDurationMs,
    };
  }
  const rateFactor = (changes.rate ?? peakRate(load)) / peakRate(load);
  const timeFactor = (changes.durationMs ?? arrivalDurationMs(load)) / arrivalDurationMs(load);
  return {
    ...load,
    startRate: load.startRate * rateFactor,
    stages: load.stages.map((stage) => ({
      durationMs: stage.durationMs * timeFactor,
      rate: stage.rate * rateFactor,
    })),
  };
}

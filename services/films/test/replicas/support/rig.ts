import { type Choice, roundRobin } from '../../../src/replicas/choice.ts';
import type { ServerName } from '../../../src/replicas/film-reader.ts';
import { ProbeLoop } from '../../../src/replicas/probe-loop.ts';
import { Router } from '../../../src/replicas/router.ts';
import { Server } from '../../../src/replicas/server.ts';
import { FakeLink } from './fake-link.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

/** A router over a primary and two replicas that are no servers, on a clock that stands still. */
export interface Rig {
  readonly router: Router;
  readonly clock: ManualClock;
  readonly links: Readonly<Record<'primary' | 'replica-1' | 'replica-2', FakeLink>>;
  readonly servers: Readonly<Record<'primary' | 'replica-1' | 'replica-2', Server>>;
  readonly probes: ProbeLoop;
  /** What happened, such as `replica-1 answered` or `retry`, in its order. */
  readonly events: string[];
  /** Reads with one statement; the server and the version of the answer, or the name and the text of the error. */
  ask(at?: number, deadlineMs?: number): Promise<string>;
}

export const ATTEMPT_MS = 400;
export const DEADLINE_MS = 1_000;
export const INTERVAL_MS = 250;
export const TIMEOUT_MS = 500;
export const MAX_LAG_MS = 1_000;
export const BEAT_MS = 1_000_000;

/** Creates the rig with version 7 everywhere, 6 kept; `start` is false where no server has been probed yet. */
export async function createRig(
  options: {
    readonly primaryReads?: 'on' | 'off';
    readonly replicas?: 0 | 2;
    readonly start?: boolean;
    /** Default: they take turns, the second first, so that a test can say which one is asked. */
    readonly choice?: Choice;
  } = {},
): Promise<Rig> {
  const { primaryReads = 'on', replicas: count = 2, start = true, choice = roundRobin() } = options;
  const clock = createManualClock();
  const events: string[] = [];
  const seen = { beatMs: BEAT_MS, current: 7, kept: [6, 7] };
  const links = {
    primary: new FakeLink({ ...seen, isReplica: false }, clock),
    'replica-1': new FakeLink({ ...seen, isReplica: true }, clock),
    'replica-2': new FakeLink({ ...seen, isReplica: true }, clock),
  };
  const open = (name: ServerName & keyof typeof links): Server =>
    new Server({
      name,
      link: links[name],
      clock,
      events: {
        onRead: (server, outcome, tookMs) => events.push(`${server} ${outcome} after ${tookMs}`),
        onOut: (server, reason) => events.push(`${server} out: ${reason}`),
        onIn: (server) => events.push(`${server} in`),
      },
    });
  const servers = {
    primary: open('primary'),
    'replica-1': open('replica-1'),
    'replica-2': open('replica-2'),
  };
  const replicas = [servers['replica-1'], servers['replica-2']].slice(0, count);
  const router = new Router({
    primary: servers.primary,
    replicas,
    primaryReads,
    readDeadlineMs: DEADLINE_MS,
    readAttemptMs: ATTEMPT_MS,
    choice,
    clock,
    events: { onRetry: () => events.push('retry'), onLastResort: () => events.push('last resort') },
  });
  const probes = new ProbeLoop({
    servers: [servers.primary, ...replicas],
    intervalMs: INTERVAL_MS,
    timeoutMs: TIMEOUT_MS,
    maxLagMs: MAX_LAG_MS,
    clock,
    onProbed: () => router.changed(),
  });
  if (start) {
    probes.start();
    await clock.advance(0);
    events.splice(0);
  }
  const ask = (at?: number, deadlineMs?: number): Promise<string> =>
    router
      .read({ at, deadlineMs, work: (reader) => reader.query({ text: `v${reader.version}`, values: [] }) })
      .then(
        ({ server, version }) => `${server} v${version}`,
        (error: Error) => `${error.name}: ${error.message}`,
      );
  return { router, clock, links, servers, probes, events, ask };
}

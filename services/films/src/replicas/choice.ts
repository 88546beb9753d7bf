/** What a choice knows of a server. */
export interface Choosable {
  /** Reads that it has not answered yet. */
  readonly inFlight: number;
  /** Smoothed time of a read. */
  latencyMs(): number;
}

/** Chooses one of at least one servers. */
export type Choice = <Server extends Choosable>(servers: readonly [Server, ...Server[]]) => Server;

/** Servers that have nothing to do and are faster than this are equally good: what differs is noise, and each keeps its data in memory. */
const EQUALLY_FAST_MS = 5;

/** A server of which little is known gets no heap of reads before its first answer. */
const LEAST_MS = 1;

/** Of two random servers the one that will be done first: not all processes run to the same one, and none to a slow one. */
export function twoChoices(random: () => number = Math.random): Choice {
  return (servers) => {
    const place = Math.floor(random() * servers.length);
    const one = servers[place] ?? servers[0];
    if (servers.length === 1) return one;
    const other = servers[(place + 1 + Math.floor(random() * (servers.length - 1))) % servers.length] ?? one;
    return costOf(other) < costOf(one) ? other : one;
  };
}

/** Reads in progress and one more, each as long as the last ones. */
function costOf(server: Choosable): number {
  const latencyMs = server.latencyMs();
  return Math.max(latencyMs, EQUALLY_FAST_MS) + server.inFlight * Math.max(latencyMs, LEAST_MS);
}

/** One after the other, whatever they are like; to compare with. */
export function roundRobin(): Choice {
  let turn = 0;
  return (servers) => {
    turn += 1;
    return servers[turn % servers.length] ?? servers[0];
  };
}

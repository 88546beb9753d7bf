import { AppError } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { Registry } from '@caudal/common/metrics';
import { type Choice, twoChoices } from './choice.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import type { FilmReader, ServerName } from './film-reader.ts';
import { createLink } from './link.ts';
import { createReadMetrics } from './metrics.ts';
import { ProbeLoop } from './probe-loop.ts';
import { Router } from './router.ts';
import { Server, type ServerEvents } from './server.ts';
import type { FilmReaderSettings } from './settings.ts';

/** A reader with its connections. */
export interface RunningFilmReader extends FilmReader {
  /** Connects to all servers, for as long as it takes, and probes them from then on. Returns at once. */
  start(): void;
  /** Why it is not ready; undefined where it is. */
  unreadyReason(): string | undefined;
  /** Ends the probes and all connections; may be called without a start. */
  close(): Promise<void>;
}

/**
 * Creates a reader of films over a primary and its replicas, without connecting.
 *
 * @param dependencies `choice` is the power of two choices unless given
 * @throws AppError `CONFIG_INVALID` for a URL that cannot be used, or where nothing could be read
 */
export function createFilmReader(
  settings: FilmReaderSettings,
  dependencies: { readonly logger: Logger; readonly registry: Registry; readonly choice?: Choice },
): RunningFilmReader {
  const { primaryUrl, replicaUrls, primaryReads } = settings;
  if (replicaUrls.length === 0 && primaryReads === 'off')
    throw new AppError('CONFIG_INVALID', 'there is no replica, and the primary is not to be read');
  const { logger, registry, choice = twoChoices() } = dependencies;
  const clock = SYSTEM_CLOCK;
  const urls = new Map<ServerName, string>([
    ['primary', primaryUrl],
    ...replicaUrls.map((url, index) => [`replica-${index + 1}`, url] as const),
  ]);
  const metrics = createReadMetrics(registry, [...urls.keys()], {
    servers: () => servers,
    lagMs: (server) => probes.lagMs(server),
  });
  const events = withLog(metrics, logger);
  const servers = [...urls].map(
    ([name, url]) => new Server({ name, link: createLink(name, url, settings, logger), clock, events }),
  );
  const [primary, ...replicas] = servers;
  if (primary === undefined) throw new TypeError('the primary is missing');
  const router = new Router({ ...settings, primary, replicas, choice, clock, events: metrics });
  const probes = new ProbeLoop({
    servers,
    intervalMs: settings.probeIntervalMs,
    timeoutMs: settings.probeTimeoutMs,
    maxLagMs: settings.maxLagMs,
    clock,
    onProbed: () => router.changed(),
  });
  return {
    read: (request) => router.read(request),
    currentVersion: () => router.currentVersion(),
    isReady: () => router.isReady(),
    unreadyReason: () => (router.isReady() ? undefined : describe(servers)),
    start: () => probes.start(),
    close: async () => {
      await probes.stop();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

function withLog(events: ServerEvents, logger: Logger): ServerEvents {
  return {
    ...events,
    onOut: (server, reason) => {
      logger.warn({ server, reason }, 'server is left out');
      events.onOut(server, reason);
    },
    onIn: (server) => {
      logger.info({ server }, 'server takes reads');
      events.onIn(server);
    },
  };
}

/** `primary: unreachable, replica-1: has no films`. */
function describe(servers: readonly Server[]): string {
  return servers
    .map(({ name, health, observation }) => {
      if (health.kind === 'out') return `${name}: ${health.reason.replaceAll('_', ' ')}`;
      if (health.kind === 'in' && observation?.current === undefined) return `${name}: has no films`;
      return `${name}: ${health.kind}`;
    })
    .join(', ');
}

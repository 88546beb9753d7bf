import { compareAccount } from '@caudal/common/account';
import { errorMessage } from '@caudal/common/errors';
import { CONTENT_POLICY, ProblemError, servePage } from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import type { DeadLetterReader } from '@caudal/common/messaging';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { deadLettersHandler } from './dead-letters/dead-letters-handler.ts';
import { entriesOf, indexPage } from './http/index-page.ts';
import { PROBLEMS } from './http/problems.ts';
import { type AcceptedMessages, readAcceptedMessages } from './lanes/accepted-messages.ts';
import { compareLanes } from './lanes/compare-lanes.ts';
import type { LaneReader } from './lanes/lane-reader.ts';
import { type LiveAccess, liveHandler } from './live/live-handler.ts';
import { createOpenApiDocument } from './openapi.ts';
import { scaleRouter } from './scale/scale-router.ts';
import { NO_RIGHT, type ScaleAccess } from './scale/scaler.ts';
import { accountRequestSchema } from './schemas.ts';
import type { Prometheus } from './stream/prometheus.ts';
import { type StreamAccess, streamRouter } from './stream/stream-router.ts';
import { laneQuantiles, type Quantiles } from './stream/traffic.ts';

/** Dependencies and settings of {@link createApp}. */
export interface AppOptions {
  readonly readers: readonly LaneReader[];
  readonly prometheusUrl: string | undefined;
  /** Label matchers of this deployment's series. Default: none. */
  readonly prometheusScope?: string | undefined;
  readonly readTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** Directory of the built page; without it there is a page of links. */
  readonly pageDirectory: string;
  readonly logger: Logger;
  /** The state of the lanes as a stream. Default: there is none. */
  readonly stream?: StreamAccess;
  /** Readers of dead letters by lane; undefined where there can be none. Default: no lanes. */
  readonly deadLetters?: ReadonlyMap<string, DeadLetterReader | undefined>;
  /** The right to scale. Default: there is none. */
  readonly scale?: ScaleAccess;
  /** The live tail. Default: there is none. */
  readonly live?: LiveAccess;
}

/** Creates the read API. It is stateless and reads stores, brokers and Prometheus on every request. */
export function createApp(options: AppOptions): Express {
  const { readers, prometheusUrl, readTimeoutMs, maxBodyBytes, pageDirectory, logger } = options;
  const readAll = (identities: boolean) => Promise.all(readers.map((reader) => reader.read({ identities })));

  async function readAccepted(): Promise<AcceptedMessages | { readonly note: string }> {
    if (prometheusUrl === undefined)
      return { note: 'PROMETHEUS_URL is not set: accepted messages are unknown.' };
    try {
      return await readAcceptedMessages(prometheusUrl, readTimeoutMs, options.prometheusScope);
    } catch (error) {
      return { note: `Prometheus is unavailable: ${errorMessage(error)}` };
    }
  }

  const entries = entriesOf({
    hasStream: options.stream !== undefined,
    isLive: options.live !== undefined && 'hub' in options.live,
  });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.use(helmet({ strictTransportSecurity: false, contentSecurityPolicy: CONTENT_POLICY }));
  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });

  const links = indexPage(
    readers.map(({ lane }) => lane),
    entries,
  );
  app.use(servePage(pageDirectory, links, refuseMethod('GET, HEAD')));
  app
    .route('/api/lanes')
    .get(async (request, response) => {
      const [reports, seconds] = await Promise.all([
        readAll(request.query.identities === '1'),
        readSeconds(options.stream?.prometheus),
      ]);
      response.json({
        lanes: seconds
          ? reports.map((report) => ({ ...report, seconds: seconds.get(report.lane) ?? null }))
          : reports,
      });
    })
    .all(refuseMethod('GET, HEAD'));
  app
    .route('/api/account')
    .get(async (_request, response) => {
      const [reports, accepted] = await Promise.all([readAll(false), readAccepted()]);
      response.json({ ...compareLanes(reports), accepted, lanes: reports });
    })
    .post(
      express.json({ limit: maxBodyBytes, strict: true, type: 'application/json' }),
      async (request, response) => {
        if (!request.is('application/json')) {
          throw new ProblemError(PROBLEMS['unsupported-media-type'], 'Send JSON as application/json.');
        }
        response.json(await compare(request.body));
      },
    )
    .all(refuseMethod('GET, HEAD, POST'));
  if (options.stream) app.use(streamRouter(options.stream, refuseMethod('GET, HEAD')));
  app
    .route('/api/dead-letters')
    .get(deadLettersHandler(options.deadLetters ?? new Map()))
    .all(refuseMethod('GET, HEAD'));
  const scale = options.scale ?? NO_RIGHT;
  app.use(scaleRouter(scale, logger, refuseMethod('GET, HEAD, POST')));
  app
    .route('/api/live')
    .get(liveHandler(options.live ?? { reason: 'this console has none' }))
    .all(refuseMethod('GET, HEAD'));
  app
    .route('/openapi.json')
    .get((_request, response) => {
      response.json(createOpenApiDocument());
    })
    .all(refuseMethod('GET, HEAD'));
  app.use(() => {
    const paths = entries.filter(({ path }) => !path.includes('?')).map(({ path }) => path);
    throw new ProblemError(PROBLEMS['not-found'], `Available paths: ${paths.join(', ')}.`);
  });

  async function compare(body: unknown) {
    const parsed = accountRequestSchema.safeParse(body);
    if (!parsed.success) {
      throw new ProblemError(PROBLEMS['bad-request'], 'The body is not a valid account.', {
        members: {
          errors: parsed.error.issues.map(({ path, message }) => ({
            field: path.join('.'),
            reason: message,
          })),
        },
      });
    }
    const { accepted, unknown, before } = parsed.data;
    const missing = readers.filter(({ lane }) => before[lane] === undefined).map(({ lane }) => lane);
    if (missing.length > 0) {
      throw new ProblemError(
        PROBLEMS['bad-request'],
        `before: must contain the totals of ${missing.join(', ')}.`,
      );
    }
    const reports = await readAll(true);
    const lanes = reports.map(({ lane, countries, totals, errors }) => {
      const lanesBefore = before[lane];
      if (totals === null || lanesBefore === undefined) {
        throw new ProblemError(PROBLEMS['lane-unavailable'], `${lane}: ${errors.store ?? 'no totals'}`, {
          retryAfterSeconds: 1,
        });
      }
      return { lane, countries, before: lanesBefore, after: totals };
    });
    return compareAccount({ accepted, unknown, lanes });
  }

  const onError: ErrorRequestHandler = (error, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.status === 500) logger.error({ err: error, path: request.path }, 'request failed');
    response
      .status(problem.status)
      .set(problem.headers)
      .type('application/problem+json')
      .send(problem.toDocument());
  };
  app.use(onError);
  return app;
}

/** Latency by lane; undefined without Prometheus, or when it does not answer. */
async function readSeconds(prometheus: Prometheus | undefined): Promise<Map<string, Quantiles> | undefined> {
  return prometheus && (await laneQuantiles(prometheus).catch(() => undefined));
}

function refuseMethod(allow: string): RequestHandler {
  return () => {
    throw new ProblemError(PROBLEMS['method-not-allowed'], `Allowed methods: ${allow}.`, {
      headers: { Allow: allow },
    });
  };
}

/** Maps errors of Express and its body parser by their status. */
function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status === 413) return new ProblemError(PROBLEMS['body-too-large'], 'Send a smaller body.');
  if (status === 415) return new ProblemError(PROBLEMS['unsupported-media-type'], errorMessage(error));
  if (status >= 400 && status < 500) return new ProblemError(PROBLEMS['bad-request'], errorMessage(error));
  return new ProblemError(PROBLEMS['internal-error'], 'See the log for details.');
}

import { errorMessage } from '@caudal/common/errors';
import { openEventStream, ProblemError } from '@caudal/common/http';
import { countryCode } from '@caudal/common/message';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { PROBLEMS } from '../http/problems.ts';
import type { From, LiveHub } from './hub.ts';
import { decodePosition, encodePosition } from './position.ts';

/** The live tail, or why there is none. */
export type LiveAccess =
  | { readonly hub: LiveHub; readonly lanes: readonly LiveLane[] }
  | { readonly reason: string };

/** A lane whose log is read. */
export interface LiveLane {
  readonly lane: string;
  /** The only countries whose messages it takes; undefined: all. */
  readonly countries: readonly string[] | undefined;
}

const RETRY_FULL_SECONDS = 10;
const RETRY_UNAVAILABLE_SECONDS = 2;

const text = z.string().max(8_192, 'is too long');
const querySchema = z.strictObject({
  country: z.union([text, z.array(text).max(250, 'are too many')]).optional(),
  lane: text.optional(),
  from: text.optional(),
});

/** Handles `GET /api/live`. */
export function liveHandler(access: LiveAccess): RequestHandler {
  return async (request, response) => {
    if ('reason' in access) {
      throw new ProblemError(PROBLEMS['not-enabled'], `There is no live tail: ${access.reason}.`);
    }
    const { hub, lanes } = access;
    const wanted = readQuery(request, hub, lanes);
    if (hub.isFull) {
      throw new ProblemError(PROBLEMS['too-many-clients'], `${hub.clients} clients follow already.`, {
        retryAfterSeconds: RETRY_FULL_SECONDS,
      });
    }
    let stream: ReturnType<typeof openEventStream>;
    // The response begins with the first write: until then the log may turn out to be away.
    const sink = {
      write: (bytes: Buffer | string) => {
        stream ??= openEventStream(request, response);
        return stream?.write(bytes) ?? true;
      },
      close: () => stream?.close(),
    };
    if (request.method === 'HEAD') {
      openEventStream(request, response);
      return;
    }
    try {
      const client = await hub.attach(sink, wanted.from, wanted.countries);
      stream?.onDrain(() => client.drained());
      stream?.onClose(() => hub.detach(client));
    } catch (error) {
      throw new ProblemError(PROBLEMS['log-unavailable'], errorMessage(error), {
        retryAfterSeconds: RETRY_UNAVAILABLE_SECONDS,
      });
    }
  };
}

function readQuery(
  request: Request,
  hub: LiveHub,
  lanes: readonly LiveLane[],
): { readonly from: From; readonly countries: readonly string[] | undefined } {
  const query = querySchema.safeParse(request.query);
  if (!query.success) {
    const [issue] = query.error.issues;
    const field = issue?.path.join('.') || 'query';
    throw refusal(`${field}: ${issue?.message ?? 'is not valid'}; parameters are country, lane and from`);
  }
  const countries = readCountries(query.data.country);
  const lane = readLane(query.data.lane, lanes);
  const taken = lane?.countries;
  // EventSource connects again to the same address: what it has seen since counts.
  const from = readFrom(request.get('Last-Event-ID') || query.data.from || 'now', hub);
  if (countries === undefined || taken === undefined) return { from, countries: countries ?? taken };
  return { from, countries: countries.filter((code) => taken.includes(code)) };
}

function readCountries(given: string | readonly string[] | undefined): string[] | undefined {
  const names = [given ?? []].flat().flatMap((list) => list.split(','));
  if (names.length === 0) return undefined;
  return names.map((name) => {
    const code = countryCode(name.trim());
    if (code === undefined) {
      throw refusal(
        `country: '${name.slice(0, 40)}' is not a country: use ISO 3166-1 codes, such as ES or ES,JP`,
      );
    }
    return code;
  });
}

function readLane(name: string | undefined, lanes: readonly LiveLane[]): LiveLane | undefined {
  const lane = lanes.find((one) => one.lane === name);
  if (name === undefined || lane !== undefined) return lane;
  const names = lanes.map((one) => one.lane).join(', ');
  throw refusal(`lane: '${name.slice(0, 40)}' is not a lane of a log: use ${names}`);
}

function readFrom(given: string, hub: LiveHub): From {
  if (given === 'now' || given === 'earliest') return given;
  const position = decodePosition(given);
  if (position !== undefined) return position;
  const example = encodePosition(hub.position ?? { log: 'AAAA', offsets: [0, 0, 0] });
  throw refusal(`from: use now, earliest, or a position as in the id of an event, such as ${example}`);
}

function refusal(detail: string): ProblemError {
  return new ProblemError(PROBLEMS['bad-request'], detail);
}

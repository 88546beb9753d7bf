import { readLine, startProgram } from '../../../bench/program.ts';
import type { Target } from '../../../bench/target.ts';
import { programPath } from './bed.ts';

/**
 * Posted body, its number of messages, where it is posted (default: `/messages`), and whether each request has its own key. Without a body
 * it is a GET.
 */
export interface Load {
  readonly body?: string;
  readonly messages: number;
  readonly path?: string;
  readonly isKeyed?: boolean;
}

/** Result of a load. */
export interface LoadResult {
  readonly messages: number;
  readonly perSecond: number;
}

/** Sends for `seconds` over `connections`; throws if any answer is not 202, or to a GET not 200. */
export async function runLoad(
  target: Target,
  load: Load,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<LoadResult> {
  const child = startProgram(programPath('http-load'), {
    BENCH_PORT: String(target.port),
    BENCH_CONNECTIONS: String(connections),
    BENCH_SECONDS: String(seconds),
    ...(load.body !== undefined && { BENCH_BODY: load.body }),
    ...(load.path !== undefined && { BENCH_PATH: load.path }),
    BENCH_KEYED: String(load.isKeyed ?? false),
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const { milliseconds, statuses } = await readLine<{
    milliseconds: number;
    statuses: Record<string, number>;
  }>(child, () => true);
  await ended;
  const wanted = load.body === undefined ? '200' : '202';
  const others = Object.keys(statuses).filter((status) => status !== wanted);
  if (others.length > 0)
    throw new Error(`answers other than ${wanted} under load: ${JSON.stringify(statuses)}`);
  const messages = (statuses[wanted] ?? 0) * load.messages;
  return { messages, perSecond: (messages / milliseconds) * 1_000 };
}

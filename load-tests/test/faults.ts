import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Random } from '../lib/random.ts';

/** What may go wrong with an attempt; the ones named "after" have taken effect already. */
export type Fault =
  | '503-before'
  | '503-after'
  | '408'
  | '429'
  | 'reset-before'
  | 'reset-after'
  | 'silent-after';

/** Probability of each fault, per attempt. */
export type Faults = Partial<Record<Fault, number>>;

/** Every way to fail, about a third of all attempts together. */
export const everyFault: Faults = {
  '503-before': 0.07,
  '503-after': 0.07,
  '429': 0.05,
  'reset-before': 0.05,
  'reset-after': 0.05,
  'silent-after': 0.03,
};

/** The fault of the next attempt, if any. */
export function drawFault(faults: Faults | undefined, random: Random): Fault | undefined {
  let point = random();
  for (const [fault, probability] of Object.entries(faults ?? {})) {
    point -= probability;
    if (point < 0) return fault as Fault;
  }
  return undefined;
}

/** Answers as the fault wants it. */
export function strike(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault === '503-before' || fault === '503-after') response.writeHead(503, { 'Retry-After': '0' }).end();
  else if (fault === '408') response.writeHead(408).end();
  else if (fault === '429') response.writeHead(429, { 'Retry-After': '0' }).end();
  else if (fault !== 'silent-after') request.socket.resetAndDestroy();
}

/** The body of a request as JSON. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

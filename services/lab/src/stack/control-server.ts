import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { errorMessage } from '@caudal/common/errors';
import { ExpectedError } from '../cli/run-command-line.ts';
import type { RunRecord } from './run-file.ts';
import { scalable } from './service-spec.ts';
import type { Stack } from './stack.ts';

/** Lets commands in other terminals scale the supervised services. */
export interface ControlServer {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

/** Listens on a loopback port; requests need the token from the run record. */
export async function startControlServer(stack: Stack): Promise<ControlServer> {
  const token = randomBytes(24).toString('base64url');
  const expected = Buffer.from(`Bearer ${token}`);
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify(body));
    };
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      answer(401, { error: 'Bearer token from .caudal/run.json required' });
    } else if (request.method !== 'POST' || request.url !== '/scale') {
      answer(404, { error: 'POST /scale' });
    } else {
      scaleAsAsked(stack, request).then(
        () => answer(200, { services: stack.running().map(({ name }) => name) }),
        (error: unknown) => answer(400, { error: errorMessage(error) }),
      );
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function scaleAsAsked(stack: Stack, request: NodeJS.ReadableStream): Promise<void> {
  const body = (await json(request)) as { set?: unknown; count?: unknown };
  const sets = scalable(stack.services);
  const set = sets.find(({ name }) => name === body.set);
  if (set === undefined) {
    throw new Error(`unknown service '${String(body.set)}': use ${sets.map(({ name }) => name).join(', ')}`);
  }
  const { count } = body;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > set.maxReplicas) {
    throw new Error(`count must be from 0 to ${set.maxReplicas}`);
  }
  await stack.scale(set.name, count);
}

/**
 * Asks a supervisor to scale; resolves with the names of all services when done.
 * @throws ExpectedError with the supervisor's reason.
 */
export async function requestScale(
  record: RunRecord,
  set: string,
  count: number,
): Promise<readonly string[]> {
  const response = await fetch(`${record.control.url}/scale`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${record.control.token}` },
    body: JSON.stringify({ set, count }),
  });
  const body = (await response.json()) as { services?: string[]; error?: string };
  if (body.services === undefined) throw new ExpectedError(body.error ?? `status ${response.status}`);
  return body.services;
}

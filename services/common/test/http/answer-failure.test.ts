import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import {
  ClientGoneError,
  COMMON_PROBLEMS,
  createAnswerFailure,
  createRequestIds,
  createResponder,
  defineProblems,
  ProblemError,
} from '../../src/http/index.ts';
import type { Logger } from '../../src/logging.ts';

const PROBLEMS = defineProblems({ ...COMMON_PROBLEMS, teapot: { status: 418, title: 'A teapot' } });

interface Answered {
  readonly status: number | undefined;
  readonly body: string;
  /** What the answer returned for the metrics. */
  readonly counted: number | undefined;
  readonly logged: readonly Record<string, unknown>[];
}

/** Answers one request with an error; `begin` has already begun to answer it. */
async function answer(error: unknown, begin = false): Promise<Answered> {
  const logged: Record<string, unknown>[] = [];
  const logger = { warn: (fields: Record<string, unknown>) => logged.push(fields) } as unknown as Logger;
  const responder = createResponder(createRequestIds(), new AbortController().signal);
  const answerFailure = createAnswerFailure(responder, logger);
  let counted: number | undefined;
  const server = createServer((request, response) => {
    if (begin) response.writeHead(200).write('half');
    counted = answerFailure(request, response, '/route', error);
    if (error instanceof ClientGoneError) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/secret?x=1`, {
      headers: { 'x-request-id': 'the-id' },
    }).catch(() => undefined);
    const body = await response?.text().catch(() => 'cut off');
    return { status: response?.status, body: body ?? 'cut off', counted, logged };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const ofStatus = (status: number, message: string) => Object.assign(new Error(message), { status });

describe('the answer to a failure', () => {
  it('is the problem, counted by its status and logged without what the client sent', async () => {
    const { status, body, counted, logged } = await answer(new ProblemError(PROBLEMS.teapot, 'Short.'));
    assert.deepEqual([status, counted], [418, 418]);
    assert.deepEqual(JSON.parse(body), {
      type: 'urn:problem-type:caudal:teapot',
      title: 'A teapot',
      status: 418,
      detail: 'Short.',
    });
    assert.deepEqual(logged, [
      { requestId: 'the-id', method: 'GET', route: '/route', status: 418, problem: 'teapot' },
    ]);
  });

  it('hides what was unexpected from the client and gives it to the log', async () => {
    const error = new TypeError('a secret of the process');
    const { status, body, logged } = await answer(error);
    assert.equal(status, 500);
    assert.doesNotMatch(body, /secret/);
    assert.equal(logged[0]?.err, error);
  });

  for (const [given, expected] of [
    [400, 'bad-request'],
    [416, 'bad-request'],
    [403, 'not-found'],
    [404, 'not-found'],
    [503, 'internal-error'],
  ] as const) {
    it(`takes an error of Express with status ${given} for ${expected}`, async () => {
      const { body } = await answer(ofStatus(given, 'what Express says'));
      assert.match(body, new RegExp(`urn:problem-type:caudal:${expected}"`));
    });
  }

  it('gives the reasons of a problem to the log alone', async () => {
    const reasons = ['the broker is away'];
    const { body, logged } = await answer(new ProblemError(PROBLEMS.teapot, 'Short.', { reasons }));
    assert.doesNotMatch(body, /broker/);
    assert.deepEqual(logged[0]?.reasons, reasons);
  });

  it('cuts off what had been begun', async () => {
    const { body, counted, logged } = await answer(new Error('too late'), true);
    assert.equal(body, 'cut off');
    assert.deepEqual([counted, logged], [200, []]);
  });

  it('is none for a client that has gone', async () => {
    const { counted, logged } = await answer(new ClientGoneError());
    assert.deepEqual([counted, logged], [499, []]);
  });
});

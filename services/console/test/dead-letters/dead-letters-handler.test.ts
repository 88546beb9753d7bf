import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createHttpServer, type HttpServer } from '@caudal/common/http';
import type { DeadLetterReader } from '@caudal/common/messaging';
import { deadLettersSchema } from '../../src/schemas.ts';
import { createTestApp } from '../support/test-app.ts';

const LETTER = { reason: 'not JSON', source: 'message:0:7', consumer: 'c-1', parkedAt: 1, bytes: 6 };

describe('GET /api/dead-letters', () => {
  let server: HttpServer;
  afterEach(() => server.close());

  const get = async (query: string, newest: DeadLetterReader['newest']) => {
    server = createHttpServer(
      createTestApp({
        deadLetters: new Map([
          ['kafka-redis', { newest, close: () => Promise.resolve() }],
          ['rabbitmq-valkey', undefined],
        ]),
      }),
    );
    const url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}/api/dead-letters${query}`;
    const response = await fetch(url);
    return { status: response.status, body: (await response.json()) as { detail?: string } };
  };

  it('lists the newest of a log with their reasons', async () => {
    const { status, body } = await get('?lane=kafka-redis', async (limit) => {
      assert.equal(limit, 50);
      return [LETTER];
    });
    assert.equal(status, 200);
    assert.deepEqual(deadLettersSchema.parse(body), { lane: 'kafka-redis', letters: [LETTER] });
  });

  it('does not look into a queue, and says why', async () => {
    const { status, body } = await get('?lane=rabbitmq-valkey', async () => assert.fail('looked'));
    assert.equal(status, 200);
    assert.match(deadLettersSchema.parse(body).note ?? '', /counts every look as a delivery/);
  });

  it('names the lanes for one that is none', async () => {
    for (const query of ['', '?lane=x', '?lane=kafka-redis&lane=kafka-redis']) {
      const { status, body } = await get(query, async () => []);
      assert.equal(status, 400);
      assert.equal(body.detail, 'lane: must be one of kafka-redis, rabbitmq-valkey');
      await server.close();
    }
  });

  it('says so when the log does not answer', async () => {
    const { status, body } = await get('?lane=kafka-redis', async () => {
      throw new AppError('BROKER_UNAVAILABLE', 'Kafka is away', { retriable: true });
    });
    assert.deepEqual({ status, detail: body.detail }, { status: 503, detail: 'Kafka is away' });
  });
});

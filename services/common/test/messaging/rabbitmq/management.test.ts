import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { RabbitmqManagement } from '../../../src/messaging/rabbitmq/management.ts';

describe('the management API of RabbitMQ', () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  async function serve(listener: RequestListener): Promise<number> {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  it('is called with the URL’s own user, otherwise that of AMQP, for its virtual host and under its path', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      const user = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
      seen.push(`${user} ${request.url}`);
      response.end(JSON.stringify({ messages_unacknowledged: 7 }));
    });
    const ask = (url: string, amqp: string) =>
      new RabbitmqManagement(url, { url: amqp, ca: undefined }).queueTotals('a/b');
    const query = '?disable_stats=true&enable_queue_totals=true';
    assert.deepEqual(await ask(`http://127.0.0.1:${port}`, 'amqp://u:p%40@h'), { unacknowledged: 7 });
    await ask(`http://x:y@127.0.0.1:${port}/rabbit/`, 'amqp://u:p@h/my%2Fhost');
    assert.deepEqual(seen, [
      `u:p@ /api/queues/%2F/a%2Fb${query}`,
      `x:y /rabbit/api/queues/my%2Fhost/a%2Fb${query}`,
    ]);
  });

  it('reports whether a queue is bound', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.url);
      response.end(seen.length === 1 ? '[]' : '[{"source":"e"}]');
    });
    const management = new RabbitmqManagement(`http://127.0.0.1:${port}`, { url: 'amqp://h', ca: undefined });
    assert.deepEqual([await management.isBound('e', 'q'), await management.isBound('e', 'q')], [false, true]);
    assert.equal(seen[0], '/api/bindings/%2F/e/e/q/q');
  });

  it('reports the address and the problem, but not the password', async () => {
    const answers: readonly (readonly [status: number, text: string, message: RegExp])[] = [
      [401, '{}', /refuses the user: it needs the tag "management" and a permission in virtual host "\/"/],
      [404, '{}', /answers 404 to \/api\/queues\/%2F\/q/],
      [200, '<html>', /does not answer JSON; is RABBITMQ_MANAGEMENT_URL right\?/],
      [200, '{}', /does not say how many messages of "q" are unacknowledged/],
      [200, ' '.repeat(2_000_000), /the answer is too long/],
    ];
    let index = 0;
    const port = await serve((_request, response) => {
      const [status, text] = answers[index++] ?? [500, ''];
      response.writeHead(status).end(text);
    });
    const amqp = { url: 'amqp://user:secret-word@h', ca: undefined };
    const management = new RabbitmqManagement(`http://127.0.0.1:${port}`, amqp);
    for (const [, , message] of answers) {
      await assert.rejects(management.queueTotals('q'), (error: Error & { retriable?: boolean }) => {
        assert.match(error.message, message);
        assert.ok(error.message.startsWith(`RabbitMQ management at 127.0.0.1:${port}: `));
        assert.doesNotMatch(error.message, /secret-word/);
        return error.retriable === true;
      });
    }
    const unreachable = new RabbitmqManagement('http://127.0.0.1:1', amqp);
    await assert.rejects(
      unreachable.queueTotals('q'),
      /RabbitMQ management at 127\.0\.0\.1:1: .*ECONNREFUSED/,
    );
  });
});

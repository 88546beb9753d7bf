import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import express, { type ErrorRequestHandler } from 'express';
import { ProblemError, refuseMethod } from '../../src/http/index.ts';

describe('refuseMethod', () => {
  it('answers OPTIONS with what is allowed, and refuses other methods with the same', async () => {
    const app = express();
    app.all('/path', refuseMethod(['GET', 'HEAD']));
    const onError: ErrorRequestHandler = (error, _request, response, _next) => {
      assert.ok(error instanceof ProblemError);
      response.status(error.status).set(error.headers).send(error.problem);
    };
    app.use(onError);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`;
      const options = await fetch(url, { method: 'OPTIONS' });
      assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS']);
      const refused = await fetch(url, { method: 'DELETE' });
      assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD, OPTIONS']);
      assert.equal(await refused.text(), 'method-not-allowed');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

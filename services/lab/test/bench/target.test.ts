import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startTarget } from '../../src/bench/target.ts';

it('gives a server to a load only when it is ready: what comes before is answered 503', async () => {
  const target = await startTarget('services/lab/test/programs/late-server.ts', {});
  try {
    const { status } = await fetch(`http://127.0.0.1:${target.port}/messages`, { method: 'POST' });
    assert.equal(status, 202);
  } finally {
    await target.stop();
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFailureLog } from '../../src/http/failure-log.ts';
import type { Logger } from '../../src/logging.ts';

describe('the failure log', () => {
  it('is bounded, and says how much it left out', () => {
    const lines: Array<Record<string, unknown>> = [];
    let now = 0;
    const logger = { warn: (fields: Record<string, unknown>) => lines.push(fields) } as unknown as Logger;
    const log = createFailureLog(logger, () => now);
    for (let n = 0; n < 1_000; n += 1) log({ n }, 'failed');
    assert.equal(lines.length, 20);
    now = 1_000;
    log({ n: 1_000 }, 'failed');
    log({ n: 1_001 }, 'failed');
    assert.deepEqual(lines.slice(20), [{ n: 1_000, suppressed: 980 }, { n: 1_001 }]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createRegistry } from '@caudal/common/metrics';
import { metricValue } from '@caudal/common/testing';
import { countDatabaseRetries, createPersist } from '../../src/database/persist.ts';

const away = new AppError('STORE_UNAVAILABLE', 'away', { retriable: true });

function bed() {
  const registry = createRegistry();
  const stopping = new AbortController();
  const retries = async () =>
    metricValue(await registry.metrics(), 'caudal_order_database_retries_total{service="processor"}');
  return { persist: createPersist(countDatabaseRetries(registry, 'processor')), stopping, retries };
}

describe('persistence', () => {
  it('repeats work until it succeeds, and counts that', async () => {
    const { persist, stopping, retries } = bed();
    assert.equal(await retries(), 0);
    const result = await persist(stopping.signal, (attempt) =>
      attempt < 3 ? Promise.reject(away) : Promise.resolve(attempt),
    );
    assert.equal(result, 3);
    assert.equal(await retries(), 2);
  });

  it('does not repeat what a retry cannot help', async () => {
    const { persist, stopping, retries } = bed();
    const wrong = new AppError('STORE_REJECTED', 'wrong');
    await assert.rejects(
      persist(stopping.signal, () => Promise.reject(wrong)),
      wrong,
    );
    assert.equal(await retries(), 0);
  });

  it('counts only retries that are due to the database', async () => {
    const { persist, stopping, retries } = bed();
    const broker = new AppError('BROKER_UNAVAILABLE', 'away', { retriable: true });
    await persist(stopping.signal, (attempt) => (attempt === 1 ? Promise.reject(broker) : Promise.resolve()));
    assert.equal(await retries(), 0);
  });

  it('gives up when the service stops, also while it waits', async () => {
    const { persist, stopping } = bed();
    let attempts = 0;
    const work = () => {
      attempts += 1;
      if (attempts === 2) stopping.abort();
      return Promise.reject(away);
    };
    await assert.rejects(persist(stopping.signal, work), { code: 'STOPPING', cause: away });
    assert.equal(attempts, 2);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readOrderTopics } from '../../src/database/order-topics.ts';

const KAFKA_BROKERS = '127.0.0.1:9092';

describe('the topics of the shop', () => {
  it('are on one broker, each with its own group and dead letters', () => {
    const { orders, confirmed } = readOrderTopics({ KAFKA_BROKERS, KAFKA_PARTITIONS: '6' }, 'client');
    const shared = { clientId: 'client', brokers: [KAFKA_BROKERS], partitions: 6 };
    assert.partialDeepStrictEqual(orders.settings, {
      ...shared,
      topic: 'compra_detalle',
      deadLetterTopic: 'compra_detalle.dead',
      group: 'caudal-orders-processor',
    });
    assert.partialDeepStrictEqual(confirmed.settings, {
      ...shared,
      topic: 'compra_confirmada',
      deadLetterTopic: 'compra_confirmada.dead',
      group: 'caudal-orders-notifier',
    });
  });

  it('may be given other names', () => {
    const { orders, confirmed } = readOrderTopics(
      { KAFKA_BROKERS, ORDERS_TOPIC: 'a', CONFIRMED_TOPIC: 'b', ORDERS_GROUP: 'c', MAILS_GROUP: 'd' },
      'client',
    );
    assert.deepEqual([orders.settings.topic, orders.settings.deadLetterTopic], ['a', 'a.dead']);
    assert.deepEqual([orders.settings.group, confirmed.settings.group], ['c', 'd']);
    assert.equal(confirmed.settings.topic, 'b');
  });

  it('lists the problems of names and of the connection', () => {
    assert.throws(() => readOrderTopics({ ORDERS_TOPIC: 'a b', CONFIRMED_TOPIC: 'a/b' }, 'client'), {
      problems: [
        'ORDERS_TOPIC: must be at most 200 letters, digits, dots, hyphens and underscores',
        'CONFIRMED_TOPIC: must be at most 200 letters, digits, dots, hyphens and underscores',
        'KAFKA_BROKERS: is required (Invalid input: expected string, received undefined)',
      ],
    });
  });
});

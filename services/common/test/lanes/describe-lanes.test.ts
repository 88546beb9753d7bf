import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultLanes, describeLane } from '../../src/lanes/index.ts';

const NAMES = { queue: 'q', topic: 't', group: 'g', storeKeyPrefix: 'p:' };

describe('describeLane', () => {
  it('leaves the shared names to the default lanes', () => {
    assert.deepEqual(
      defaultLanes(NAMES).map(({ name, subscription, deadLetters, keyPrefix }) => [
        name,
        subscription,
        deadLetters,
        keyPrefix,
      ]),
      [
        ['rabbitmq-valkey', 'q', 'q.dead', 'p:'],
        ['kafka-redis', 'g', 't.dead', 'p:'],
      ],
    );
  });

  it('gives every other lane names of its own', () => {
    const names = (['rabbitmq', 'kafka'] as const).map((broker) => {
      const { subscription, deadLetters, keyPrefix } = describeLane(
        { name: 'third', broker, store: 'redis' },
        NAMES,
      );
      return [subscription, deadLetters, keyPrefix];
    });
    assert.deepEqual(names, [
      ['q.third', 'q.third.dead', 'p:third:'],
      ['g-third', 't.third.dead', 'p:third:'],
    ]);
  });

  it('treats a default name with another store as another lane', () => {
    const lane = describeLane({ name: 'kafka-redis', broker: 'kafka', store: 'valkey' }, NAMES);
    assert.equal(lane.subscription, 'g-kafka-redis');
  });

  it('takes what is given instead of what it would derive', () => {
    const given = { subscription: 's', deadLetters: 'd', keyPrefix: '', countries: ['DE'] };
    const lane = { name: 'third', broker: 'kafka', store: 'redis', ...given } as const;
    assert.deepEqual(describeLane(lane, NAMES), lane);
  });
});

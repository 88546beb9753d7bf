import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findNames } from '../../../check/names/find-names.ts';

const names = ['kafka', 'redis'];
const places = [{ glob: 'adapters/<name>/**', reason: 'adapters' }];
const adapter = ['adapters/kafka/client.ts', "import { Kafka } from 'kafkajs';"] as const;

const find = (...files: (readonly [path: string, text: string])[]) =>
  findNames(new Map(files), names, places);

describe('findNames', () => {
  it('allows names in their places', () => {
    assert.deepEqual(find(adapter, ['main.ts', 'for (const broker of brokers) start(broker);']), []);
  });

  it('finds a name anywhere else, however it is written, and where it is first', () => {
    assert.deepEqual(find(adapter, ['main.ts', "\nif (broker === 'kafka') {}\nconst KafkaUrl = '';\n"]), [
      'main.ts:2: names kafka; 2 lines name a server',
    ]);
    for (const text of ['REDIS_URL', 'wait(); // for Redis', 'redisStore', 'kafkajs'])
      assert.equal(find(adapter, ['main.ts', text]).length, 1, text);
  });

  it('does not take a scheme or another word for a name', () => {
    for (const text of ['redis://host', 'rediss://host', 'redistributes', 'Rediscover'])
      assert.deepEqual(find(adapter, ['main.ts', text]), [], text);
  });

  it('does not read comments', () => {
    const text = '/**\n * As Kafka does.\n */\n// or Redis\n# or Kafka\n{{- /* or Redis */ -}}';
    assert.deepEqual(find(adapter, ['main.ts', text]), []);
  });

  it('finds a place that is not needed', () => {
    assert.deepEqual(find(['adapters/kafka/client.ts', '']), [
      'adapters/<name>/**: no file there names a server: remove this place',
    ]);
  });
});

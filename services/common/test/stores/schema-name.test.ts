import assert from 'node:assert/strict';
import { it } from 'node:test';
import { schemaNameOf } from '../../src/stores/schema-name.ts';

it('names the schema of a lane after its key prefix', () => {
  assert.equal(schemaNameOf(''), 'caudal');
  assert.equal(schemaNameOf('kafka-ignite:'), 'caudal_kafka_ignite');
  assert.equal(schemaNameOf('test:3:'), 'caudal_test_3');
});

it('refuses a prefix that cannot be a name, with what is allowed', () => {
  for (const prefix of ['Größe:', 'a b', '";drop:', 'x'.repeat(57)]) {
    assert.throws(
      () => schemaNameOf(prefix),
      /^RangeError: key prefix '.*' cannot name a schema: use at most 56 lower-case/,
    );
  }
});

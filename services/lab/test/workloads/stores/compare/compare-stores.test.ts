import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STORE_NAMES } from '@caudal/common/stores';
import { COMPARE_STORES } from '../../../../src/workloads/stores/compare/compare-stores.ts';

const { line } = COMPARE_STORES;

describe('the command line of compare stores', () => {
  it('compares every store with 50,000 messages', () => {
    const { servers, settings } = line.parse([]);
    assert.deepEqual([...servers].sort(), ['kafka', ...STORE_NAMES].sort());
    assert.deepEqual(settings, {
      messages: 50_000,
      repetitions: 5,
      stores: 'valkey,redis,postgresql,ignite',
    });
  });

  it('compares the stores that are named, and starts no other', () => {
    const { servers, settings } = line.parse(['--stores', 'ignite,redis', '--n', '1000', '--naive']);
    assert.deepEqual(servers, ['kafka', 'ignite', 'redis']);
    assert.deepEqual(settings, {
      messages: 1_000,
      repetitions: 5,
      stores: 'ignite,redis',
      'naive messages': 1_000,
    });
  });

  for (const [args, message] of [
    [['--stores', 'redis,mongo'], /^--stores mongo: use valkey, redis, postgresql, ignite$/],
    [['--stores', 'redis,redis'], /^--stores: name each store once$/],
    [['--n', '5'], /^--n 5: must be a whole number from 100 /],
    [['--reps', 'many'], /^--reps many: must be a whole number from 1 /],
    [['--naive-n', '500'], /^--naive-n .*: add --naive$/],
    [['--naive', '--naive-n', '60000'], /^--naive-n 60000: must be a whole number from 100 to 50000$/],
    [['--store', 'redis'], /^Unknown option '--store'/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(() => line.parse(args), { name: 'UsageError', message });
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../src/cli/arguments.ts';
import { FILMS_SYSTEM } from '../../../src/workloads/films/index.ts';
import { MEASURE_FILMS } from '../../../src/workloads/films/measure/measure-films.ts';
import { API, SERVERS } from '../../../src/workloads/films/services.ts';

const { start, chaos, verify, bench, cluster, load } = FILMS_SYSTEM;

describe('the commands of films', () => {
  it('start 20,000 queries by 50 users on two processes and two replicas', () => {
    const choice = start.parse(['--once']);
    assert.deepEqual(choice.load?.variables, { QUERIES: '20000', USERS: '50', SEED: '1' });
    assert.deepEqual(choice.servers, [...SERVERS, 'prometheus']);
    assert.deepEqual(
      choice.services.map(({ name, replicas }) => [name, replicas]),
      [[API, 2]],
    );
    assert.deepEqual(choice.setup, {});
  });

  it('remember how many films are generated', () => {
    const choice = start.parse(['--films', '50000', '--api', '3', '--queries', '10', '--users', '2']);
    assert.deepEqual(choice.setup, { films: '50000' });
    assert.deepEqual(choice.load?.settings, {
      queries: 10,
      users: 2,
      seed: '1',
      [API]: 3,
      films: 50_000,
    });
  });

  it('break everything twice, and pause a replica for 30 s, unless asked otherwise', () => {
    const usual = chaos.parse([]);
    assert.deepEqual(usual.settings, { [API]: 2, retries: 1, lagSeconds: 30 });
    assert.deepEqual(
      [usual.intensity.messages, usual.intensity.kills, usual.intensity.stops, usual.intensity.networkFaults],
      [20_000, 2, 2, 2],
    );
    const other = chaos.parse(['--retries', '0', '--lag-seconds', '5', '--targets', 'replica-lags']);
    assert.deepEqual(other.settings, { [API]: 2, retries: 0, lagSeconds: 5 });
    assert.deepEqual(other.targets, ['replica-lags']);
  });

  it('measure all parts, or those that are named', () => {
    assert.deepEqual(
      bench.parse(['--quick']).parts.map(({ name }) => name),
      ['search', 'routing'],
    );
    assert.deepEqual(
      bench.parse(['--only', 'routing']).parts.map(({ name }) => name),
      ['routing'],
    );
    assert.equal(MEASURE_FILMS.line.parse(['--sizes', '17472,50000']).settings.sizes, '17472,50000');
  });

  it('install the films with two replicas', () => {
    assert.deepEqual(cluster.values, {
      films: { enabled: true },
      postgresql: { enabled: true, readReplicas: 2 },
    });
    assert.equal(cluster.parse(['--queries', '7']).load?.variables.QUERIES, '7');
  });

  it('plant faults, or judge a load again', () => {
    assert.equal(verify.parse(['--self-test']), 'self-test');
    assert.equal(typeof verify.parse(['--run', 'x']), 'function');
  });

  for (const [what, parse] of [
    ['--once with --no-load', () => start.parse(['--once', '--no-load'])],
    ['no films', () => start.parse(['--films', '0'])],
    ['more films than the oracle can hold', () => start.parse(['--films', '1000001'])],
    ['no users', () => start.parse(['--users', '0'])],
    ['two retries', () => chaos.parse(['--retries', '2'])],
    ['nothing to break', () => chaos.parse(['--kills', '0', '--stops', '0', '--network', '0'])],
    ['a part that there is not', () => bench.parse(['--only', 'api'])],
    ['a scenario that there is not', () => load.parse(['storm'])],
    ['a size that is no number', () => MEASURE_FILMS.line.parse(['--sizes', '17472,many'])],
    ['an option that there is not', () => start.parse(['--replicas', '3'])],
  ] as const) {
    it(`refuse ${what}`, () => {
      assert.throws(parse, UsageError);
    });
  }
});

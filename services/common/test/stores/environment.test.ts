import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseConfig } from '../../src/config/index.ts';
import { storeShape } from '../../src/stores/index.ts';

it('refuses what a store cannot use, and names the variable', () => {
  const problems = (store: string, environment: Record<string, string>): readonly string[] => {
    try {
      parseConfig(storeShape(store), environment);
      return [];
    } catch (error) {
      return (error as { problems: readonly string[] }).problems;
    }
  };
  assert.deepEqual(
    problems('ignite', { STORE_URL: 'ignite://host?backups=2', STORE_KEY_PREFIX: 'kafka-ignite:' }),
    [],
  );
  for (const [store, name, value, problem] of [
    [
      'ignite',
      'STORE_URL',
      'redis://host',
      /^STORE_URL: must be a URL that starts with ignite:\/\/ or ignites:\/\/$/,
    ],
    [
      'ignite',
      'STORE_URL',
      'ignite://host?backups=9',
      /^STORE_URL: has backups=9: use a number from 0 to 7$/,
    ],
    [
      'ignite',
      'STORE_URL',
      'ignite://host?ttl=9',
      /^STORE_URL: has the parameter 'ttl': only backups is known$/,
    ],
    [
      'ignite',
      'STORE_KEY_PREFIX',
      'Upper:',
      /^STORE_KEY_PREFIX: .*'Upper:' cannot name a schema: use at most 56 lower-case/,
    ],
    ['postgresql', 'STORE_URL', 'postgresql://host/', /^STORE_URL: names no database/],
  ] as const) {
    const url = store === 'ignite' ? 'ignite://host' : 'postgresql://host/caudal';
    const found = problems(store, { STORE_URL: url, [name]: value });
    assert.equal(found.length, 1, `${name}=${value}`);
    assert.match(found[0] ?? '', problem);
  }
  assert.deepEqual(problems('valkey', { STORE_URL: 'redis://host', STORE_KEY_PREFIX: 'Upper:' }), []);
});

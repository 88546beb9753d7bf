import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listOf, nounOf, WORKLOADS } from '../../src/workloads/index.ts';

const VERBS = ['start', 'load', 'verify', 'chaos', 'bench', 'cluster'] as const;

describe('the systems', () => {
  it('have names that can be nouns, each once', () => {
    const names = WORKLOADS.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z]+$/);
  });

  it('are listed with what each promises, in one line', () => {
    const [header, ...rows] = listOf([{ name: 'orders', promise: 'four mails an order' }])
      .trimEnd()
      .split('\n');
    assert.equal(header, 'system  promises');
    assert.deepEqual(rows, ['orders  four mails an order']);
    for (const { promise } of WORKLOADS) assert.doesNotMatch(promise, /\n/);
  });

  it('are named by commands and runs, except the first', () => {
    assert.equal(nounOf(WORKLOADS[0], '-'), '');
    assert.equal(nounOf({ name: 'orders' }, '-'), 'orders-');
  });

  for (const workload of WORKLOADS) {
    for (const verb of VERBS) {
      it(`${workload.name}: --help of ${verb} begins with its command and lists no option that it does not take`, () => {
        const { usage, parse } = workload[verb];
        const command = verb === 'start' ? 'npm start' : `npm run ${verb}`;
        assert.ok(usage.startsWith(`usage: ${command} -- `), usage);
        const options = [...usage.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = '']) => option);
        assert.ok(options.length > 0, usage);
        for (const option of options) {
          // Printed by `npm start` before the line is read.
          if (verb === 'start' && option === '--list') continue;
          // The value may be wrong, or the option may take none: only the name counts here.
          try {
            parse([`${option}=1`]);
          } catch (error) {
            assert.doesNotMatch(String(error), /Unknown option/);
          }
        }
      });
    }

    it(`${workload.name}: has plants that differ by name`, () => {
      const { clean, faults } = workload.plants;
      assert.ok(faults.length > 0);
      assert.equal(new Set([clean, ...faults].map(({ name }) => name)).size, faults.length + 1);
    });
  }
});

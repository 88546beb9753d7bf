import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findExperiment, usageOf } from '../../src/experiments/find-experiment.ts';
import { EXPERIMENTS } from '../../src/experiments/index.ts';

describe('the experiments', () => {
  it('are found by verb and noun', () => {
    for (const wanted of EXPERIMENTS) {
      const { experiment, args } = findExperiment([wanted.verb, wanted.noun, '--reps', '3'], EXPERIMENTS);
      assert.equal(experiment, wanted);
      assert.deepEqual(args, ['--reps', '3']);
    }
  });

  for (const [args, message] of [
    [['compare', 'films'], /^unknown experiment 'compare films': use 'compare stores'/],
    [['compare'], /^unknown experiment 'compare': use 'compare stores'/],
    [['--n', '5'], /^name an experiment: 'compare stores'/],
    [[], /^name an experiment: 'compare stores'/],
  ] as const) {
    it(`refuse ${args.join(' ') || 'nothing'} and say what there is`, () => {
      assert.throws(() => findExperiment(args, EXPERIMENTS), { name: 'UsageError', message });
    });
  }

  it('are all in the help, with their options', () => {
    const usage = usageOf(EXPERIMENTS);
    for (const { verb, noun, summary, line } of EXPERIMENTS) {
      assert.ok(line.usage.startsWith(`usage: npm run lab -- ${verb} ${noun}`), line.usage);
      assert.ok(usage.includes(`npm run lab -- ${verb} ${noun}`));
      assert.ok(usage.includes(summary));
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../src/cli/arguments.ts';
import { readNoun } from '../../src/cli/read-noun.ts';

const SYSTEMS: readonly [{ name: string }, { name: string }] = [{ name: 'messages' }, { name: 'orders' }];
const isScenario = (text: string): boolean => text === 'steady';
const read = (args: readonly string[], isArgument?: (text: string) => boolean) => {
  const { system, args: rest } = readNoun(args, SYSTEMS, isArgument);
  return [system.name, ...rest];
};

describe('the noun of a command', () => {
  it('is the first argument, and the first system without one', () => {
    assert.deepEqual(read(['orders', '--once']), ['orders', '--once']);
    assert.deepEqual(read(['--once']), ['messages', '--once']);
    assert.deepEqual(read([]), ['messages']);
  });

  it('stands before the argument of a verb that has one', () => {
    assert.deepEqual(read(['orders', 'steady'], isScenario), ['orders', 'steady']);
    assert.deepEqual(read(['steady', '--rate', '5'], isScenario), ['messages', 'steady', '--rate', '5']);
  });

  it('is refused in one line that lists the systems when there is no such system', () => {
    const refusal = (error: unknown) =>
      error instanceof UsageError && error.message === "unknown system 'films': use messages, orders";
    assert.throws(() => read(['films']), refusal);
    assert.throws(() => read(['films', 'steady'], isScenario), refusal);
  });

  it('leaves it to the verb to refuse its own argument, or one too many', () => {
    assert.deepEqual(read(['films'], isScenario), ['messages', 'films']);
    assert.deepEqual(read(['steady', 'fast'], isScenario), ['messages', 'steady', 'fast']);
  });
});

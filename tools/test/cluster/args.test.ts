import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseClusterArguments } from '../../cluster/args.ts';

test('an action alone takes the defaults', () => {
  assert.deepEqual(parseClusterArguments(['up']), {
    action: 'up',
    nodes: 1,
    context: undefined,
    provider: 'auto',
  });
});

test('options may stand before and after the action', () => {
  const wanted = parseClusterArguments(['--nodes', '2', 'up', '--context=current', '--provider', 'local']);
  assert.deepEqual(wanted, { action: 'up', nodes: 2, context: 'current', provider: 'local' });
});

test('what is unknown or out of range is refused with the name of the option', () => {
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /one of up, down/],
    [['start'], /not 'start'/],
    [['up', 'down'], /not 'up down'/],
    [['up', '--nodes', '3'], /--nodes must be 1 or 2, not '3'/],
    [['up', '--nodes', 'two'], /--nodes must be 1 or 2/],
    [['up', '--context', ''], /--context needs a name/],
    [['up', '--provider', 'minikube'], /--provider must be auto, kind or local/],
    [['up', '--node', '2'], /--node/],
  ];
  for (const [argv, message] of refused) {
    assert.throws(() => parseClusterArguments(argv), { message }, argv.join(' '));
  }
});

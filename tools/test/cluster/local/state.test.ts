import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type NodeState, parseState, readState, updateState } from '../../../cluster/local/state.ts';

const identity = { pid: 7, startTicks: '100', bootId: 'b' };
const node1: NodeState = { name: 'node1', launcher: identity, init: identity, complete: false };

async function stateFile(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-state-'));
  t.after(() => rm(directory, { recursive: true }));
  return join(directory, 'run', 'state.json');
}

test('there is no state before the first change', async (t) => {
  assert.equal(await readState(await stateFile(t)), undefined);
});

test('a change starts from what is on the disk', async (t) => {
  const file = await stateFile(t);
  await updateState(file, (old) => ({ ...old, nodes: [node1] }));
  await updateState(file, (old) => ({ ...old, mountPoints: ['/x'] }));
  const state = await readState(file);
  assert.deepEqual(state?.nodes, [node1]);
  assert.deepEqual(state?.mountPoints, ['/x']);
});

test('a file that is no state of this version is refused, not overwritten', async (t) => {
  const file = await stateFile(t);
  await updateState(file, (old) => old);
  for (const text of ['', '{', '[]', 'null', '{"version":2,"nodes":[],"mountPoints":[]}', '{"version":1}']) {
    assert.equal(parseState(text), undefined, text);
    await writeFile(file, text);
    await assert.rejects(
      updateState(file, (old) => old),
      /is not a state file of this version/,
    );
  }
});

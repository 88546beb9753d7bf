import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { groupFiles } from '../../check/cluster-groups.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const shares = (release: string, turn: number) =>
  `useRelease({ shares: { release: '${release}', turn: ${turn} } });`;

describe('the groups of cluster test files', () => {
  it('have the files of one release in the order of their turns', () => {
    const groups = groupFiles(
      new Map([
        ['a', shares('default', 3)],
        ['b', shares('default', 1)],
        ['c', shares('minimal', 1)],
        ['d', shares('default', 2)],
      ]),
    );
    assert.deepEqual(groups, [
      { files: ['b', 'd', 'a'], sharesRelease: true, alone: false },
      { files: ['c'], sharesRelease: true, alone: false },
    ]);
  });

  it('have a file of its own that shares nothing, and last those that are alone', () => {
    const groups = groupFiles(
      new Map([
        ['a', `// alone: pauses are measured\n${shares('ha', 2)}`],
        ['b', shares('ha', 1)],
        ['c', `useRelease({ namespace: 'c-test' });`],
        ['d', ''],
      ]),
    );
    assert.deepEqual(groups, [
      { files: ['c'], sharesRelease: false, alone: false },
      { files: ['d'], sharesRelease: false, alone: false },
      { files: ['b', 'a'], sharesRelease: true, alone: true },
    ]);
  });

  it('have those that are large in one group, on releases of their own, after the small ones', () => {
    const large = '// large: a whole shop\n';
    const groups = groupFiles(
      new Map([
        ['a', large],
        ['b', ''],
        ['c', large],
        ['d', `// alone: pauses are measured\n`],
      ]),
    );
    assert.deepEqual(groups, [
      { files: ['b'], sharesRelease: false, alone: false },
      { files: ['a', 'c'], sharesRelease: false, alone: false },
      { files: ['d'], sharesRelease: false, alone: true },
    ]);
  });

  it('take no turn twice', () => {
    const sources = new Map([
      ['a', shares('ha', 2)],
      ['b', shares('ha', 2)],
    ]);
    assert.throws(() => groupFiles(sources), /^Error: b and a both have turn 2 on the release ha$/);
  });

  it('are read from the files of this repository', () => {
    const files = globSync('services/lab/test/cluster/*.cluster.ts', { cwd: root });
    const groups = groupFiles(new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')])));
    assert.deepEqual(groups.flatMap((group) => group.files).sort(), files.sort());
    const sharing = files.filter((file) => /\bshares:/.test(readFileSync(join(root, file), 'utf8')));
    const together = groups.filter((group) => group.sharesRelease).flatMap((group) => group.files);
    assert.deepEqual(together.sort(), sharing.sort(), 'a declaration that is written otherwise is not seen');
    const large = groups.find((group) => !group.sharesRelease && group.files.length > 1);
    assert.deepEqual(
      large?.files.map((file) => file.split('/').at(-1)),
      ['films.cluster.ts', 'orders.cluster.ts', 'stores.cluster.ts'],
    );
  });
});

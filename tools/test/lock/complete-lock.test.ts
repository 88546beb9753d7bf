import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { completeLock, type Lockfile, missingOptionals } from '../../lock/complete-lock.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (): Lockfile => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;

describe('package-lock.json', () => {
  it('has every optional package, so that npm ci takes it on every platform', () => {
    assert.deepEqual(missingOptionals(read()), []);
  });

  it('names no place to download from', () => {
    const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
    assert.doesNotMatch(text, /"resolved": *"https?:/);
  });
});

describe('completeLock', () => {
  it('adds what is missing, once, for the platform in its name', () => {
    const lock: Lockfile = {
      packages: {
        '': {},
        'node_modules/tool': {
          dev: true,
          optionalDependencies: {
            'tool-linux-x64': '1.0.0',
            'tool-linux-arm64-musl': '1.0.0',
            'tool-win32-x64': '1.0.0',
          },
        },
        'node_modules/tool-linux-x64': { version: '1.0.0' },
      },
    };
    assert.equal(missingOptionals(lock).length, 2);
    assert.deepEqual(completeLock(lock), ['tool-linux-arm64-musl', 'tool-win32-x64']);
    assert.deepEqual(lock.packages['node_modules/tool-linux-arm64-musl'], {
      version: '1.0.0',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
    });
    assert.deepEqual(completeLock(lock), []);
    assert.deepEqual(Object.keys(lock.packages), Object.keys(lock.packages).sort());
  });

  it('does not guess', () => {
    const lock: Lockfile = { packages: { 'node_modules/a': { optionalDependencies: { mystery: '1.0.0' } } } };
    assert.throws(() => completeLock(lock), /mystery/);
  });
});

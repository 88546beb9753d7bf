import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { z } from 'zod';
import { ConfigError, flag, list, milliseconds, parseConfig, port, url } from '../../src/config/index.ts';

const shape = {
  PORT: port(8080),
  WAIT_MS: milliseconds(20),
  IS_ON: flag(false),
  HOSTS: list(),
  BROKER_URL: url('amqp', 'amqps'),
  PASSWORD: z.string().optional(),
};

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    parseConfig(shape, environment);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
};

describe('parseConfig', () => {
  const directory = mkdtempSync(join(tmpdir(), 'caudal-config-'));
  after(() => rmSync(directory, { recursive: true }));

  it('reads values, defaults and lists', () => {
    const config = parseConfig(shape, {
      HOSTS: 'a:1, b:2,',
      BROKER_URL: 'amqp://h',
      IS_ON: 'true',
      PORT: '',
    });
    assert.deepEqual(config, {
      PORT: 8080,
      WAIT_MS: 20,
      IS_ON: true,
      HOSTS: ['a:1', 'b:2'],
      BROKER_URL: 'amqp://h',
    });
  });

  it('lists every problem at once, each beginning with the variable', () => {
    const problems = problemsOf({ PORT: '70000', WAIT_MS: 'soon', IS_ON: 'yes', BROKER_URL: 'http://h' });
    assert.deepEqual(
      problems.map((problem) => problem.split(':')[0]),
      ['PORT', 'WAIT_MS', 'IS_ON', 'HOSTS', 'BROKER_URL'],
    );
    assert.match(problems[3] ?? '', /is required/);
    assert.match(problems[4] ?? '', /amqp:\/\/ or amqps:\/\//);
  });

  it('reads a secret from a file, without its trailing line break', () => {
    const file = join(directory, 'password');
    writeFileSync(file, 'secret\n');
    const config = parseConfig(shape, { HOSTS: 'a', BROKER_URL: 'amqp://h', PASSWORD_FILE: file });
    assert.equal(config.PASSWORD, 'secret');
  });

  it('refuses a value that is given twice and a missing file', () => {
    const base = { HOSTS: 'a', BROKER_URL: 'amqp://h' };
    assert.match(problemsOf({ ...base, PASSWORD: 'x', PASSWORD_FILE: 'y' })[0] ?? '', /not both/);
    assert.match(
      problemsOf({ ...base, PASSWORD_FILE: join(directory, 'none') })[0] ?? '',
      /PASSWORD_FILE: cannot be read/,
    );
  });
});

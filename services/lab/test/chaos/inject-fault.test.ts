import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type FaultTargets, injectFault } from '../../src/chaos/inject-fault.ts';
import type { FaultAction } from '../../src/chaos/plan-faults.ts';

let log: string[];
let isRunning: boolean;
let requestBytes: number | undefined;
beforeEach(() => {
  requestBytes = undefined;
  log = [];
  isRunning = true;
});

const note = (line: string): void => void log.push(line);
const process = (name: string) => ({
  signal: (signal: NodeJS.Signals) => {
    note(`${signal} ${name}`);
    return isRunning;
  },
});
const TARGETS: FaultTargets = {
  stack: {
    processes: () =>
      new Map(['ingest-api-1', 'kafka-consumer-1'].map((name) => [name, process(name)] as const)),
    requestBytes: () => requestBytes,
  },
  servers: {
    kill: (name, signal = 'SIGKILL') => Promise.resolve(note(`${signal} ${name}`)),
    start: (name) => Promise.resolve(note(`start ${name}`)),
  },
  proxies: new Map([
    [
      'valkey',
      {
        swallowReplies: () => note('swallow'),
        resetInsteadOfReplies: (count) => note(`reset ${count}`),
        pass: () => note('pass'),
      },
    ],
  ]),
  misbehaviours: new Map([
    [
      'mailbox-refuses',
      {
        lastsMs: 3_000,
        begin: () => (isRunning ? Promise.resolve(note('refuse')) : Promise.reject(new Error('no mailbox'))),
        end: () => Promise.resolve(note('accept')),
      },
    ],
  ]),
  stopMs: 10_000,
};

const inject = (
  action: FaultAction,
  target: string,
  wait = (ms: number) => Promise.resolve(note(`${ms} ms`)),
  targets = TARGETS,
) => injectFault({ action, target, pauseMs: 0, awayMs: 1_234 }, targets, new AbortController().signal, wait);

describe('injectFault', () => {
  for (const [action, target, expected] of [
    ['kill', 'ingest-api-1', ['SIGSTOP ingest-api-1', '500 ms', 'SIGKILL ingest-api-1']],
    ['kill', 'kafka-consumer-1', ['SIGSTOP kafka-consumer-1', '500 ms', 'SIGKILL kafka-consumer-1']],
    ['stop', 'ingest-api-1', ['SIGSTOP ingest-api-1', '10000 ms', 'SIGCONT ingest-api-1']],
    ['kill', 'redis', ['SIGKILL redis', '1234 ms', 'start redis']],
    ['stop', 'kafka', ['SIGSTOP kafka', '10000 ms', 'SIGCONT kafka']],
    ['swallow-replies', 'valkey', ['swallow', '2000 ms', 'pass']],
    ['reset', 'valkey', ['reset 5', '2000 ms', 'pass']],
    ['misbehave', 'mailbox-refuses', ['refuse', '3000 ms', 'accept']],
  ] as const) {
    it(`does ${action} to ${target}`, async () => {
      await inject(action, target);
      assert.deepEqual(log, expected);
    });
  }

  it('kills an ingest process only when a request has reached it, or after 10 s', async () => {
    let waits = 0;
    requestBytes = 100;
    await inject('kill', 'ingest-api-1', async () => {
      waits += 1;
      if (waits === 3) requestBytes = 250;
    });
    assert.equal(waits, 3);
    await inject('kill', 'ingest-api-1', async () => {
      waits += 1;
    });
    assert.equal(waits, 3 + 20);
    assert.equal(log.at(-1), 'SIGKILL ingest-api-1');
  });

  it('lets a process hang for as long as the workload says', async () => {
    await inject('kill', 'ingest-api-1', undefined, { ...TARGETS, hangMs: 20 });
    assert.deepEqual(log, ['SIGSTOP ingest-api-1', '20 ms', 'SIGKILL ingest-api-1']);
  });

  it('resumes everything when it is interrupted', async () => {
    const interrupted = () => Promise.reject(new Error('interrupted'));
    for (const [action, target, last] of [
      ['stop', 'ingest-api-1', 'SIGCONT ingest-api-1'],
      ['stop', 'kafka', 'SIGCONT kafka'],
      ['swallow-replies', 'valkey', 'pass'],
      ['reset', 'valkey', 'pass'],
      ['misbehave', 'mailbox-refuses', 'accept'],
    ] as const) {
      await assert.rejects(inject(action, target, interrupted), /interrupted/);
      assert.equal(log.at(-1), last);
    }
  });

  it('does not pass for done what reached no process', async () => {
    isRunning = false;
    await assert.rejects(inject('kill', 'ingest-api-1'), /no process to receive SIGSTOP/);
    await assert.rejects(inject('stop', 'kafka-consumer-1'), /no process to receive SIGSTOP/);
    await assert.rejects(inject('reset', 'redis'), /redis has no proxy/);
    await assert.rejects(inject('misbehave', 'redis'), /redis is no misbehaviour/);
    await assert.rejects(inject('misbehave', 'mailbox-refuses'), /no mailbox/);
  });
});

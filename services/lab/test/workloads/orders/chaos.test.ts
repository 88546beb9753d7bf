import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finding } from '@caudal/common/verdict';
import { UsageError } from '../../../src/cli/arguments.ts';
import { failuresOf } from '../../../src/workloads/orders/chaos.ts';
import { CHAOS } from '../../../src/workloads/orders/commands/chaos.ts';

type Result = Parameters<typeof failuresOf>[0];

const ACCOUNT: Result['account'] = {
  accepted: 1000,
  refused: 0,
  unknown: 2,
  unknownThere: 1,
  cancelled: 20,
  kept: 1000,
  finished: 980,
  transitions: 3960,
  announcements: 3970,
  mails: 3960,
  copies: 3,
  unknownAttempts: 5,
  parked: 0,
  lateness: { p50: 1, p99: 2, max: 3 },
  mailDelay: { p50: 1, p99: 2, max: 3 },
  spanSeconds: 60,
  findings: [],
};

function failures(load: object = {}, account: Partial<Result['account']> = {}): readonly string[] {
  const result = {
    account: { ...ACCOUNT, ...account },
    load: {
      orders: { sent: 1002, accepted: 1000, refused: 0, unknown: 2 },
      bad: { sent: 30, accepted: 0, refused: 30, unknown: 0 },
      looks: { answers: 100, wrong: 0, watched: 20, watchedToEnd: 20 },
      ...load,
    },
  } as Result;
  return failuresOf(result, { messages: 1_000, rate: 10 });
}

describe('a run of chaos at the shop', () => {
  it('passes when every order was kept', () => {
    assert.deepEqual(failures(), []);
  });

  it('fails with each finding of the verdict', () => {
    const lost = finding('lost', 'mails', 'a mail that never came', { examples: ['x.2'] });
    assert.deepEqual(failures({}, { kept: 999, findings: [lost] }), [
      'lost 1 in mails: a mail that never came (x.2)',
    ]);
  });

  it('fails when the load proves too little', () => {
    const few = { orders: { sent: 700, accepted: 700, refused: 0, unknown: 0 } };
    assert.match(failures(few, { accepted: 700, kept: 700 })[0] ?? '', /only 700 of 1000 orders/);
    const looks = { answers: 9, wrong: 0, watched: 5, watchedToEnd: 0 };
    assert.deepEqual(failures({ looks }), ['no customer saw an order to its end']);
  });

  it('fails when the API was wrong', () => {
    assert.match(failures({ bad: { accepted: 1 } })[0] ?? '', /1 orders were accepted that had to be/);
    const refused = { orders: { sent: 1001, accepted: 1000, refused: 1, unknown: 0 } };
    assert.deepEqual(failures(refused), ['1 orders were refused']);
    const unknown = { orders: { sent: 1100, accepted: 1000, refused: 0, unknown: 100 } };
    assert.match(failures(unknown)[0] ?? '', /100 orders got no answer; at most 45/);
  });

  it('is read from the command line', () => {
    const { intensity, settings, sizeOption, targets, servers } = CHAOS.parse([
      '--seed',
      '7',
      '--targets',
      'kafka,mailbox-drops',
    ]);
    assert.deepEqual(
      [intensity.seed, intensity.messages, intensity.kills, intensity.stops, intensity.networkFaults],
      ['7', 4_000, 2, 2, 2],
    );
    assert.deepEqual(targets, ['kafka', 'mailbox-drops']);
    assert.deepEqual(servers, ['kafka', 'postgresql']);
    assert.equal(sizeOption, 'orders');
    assert.equal(settings.stepMs, 2_000);
    for (const args of [
      ['--orders', '5'],
      ['--kills', '0', '--stops', '0', '--network', '0'],
      ['--step-ms', '1'],
    ])
      assert.throws(() => CHAOS.parse(args), UsageError);
  });
});

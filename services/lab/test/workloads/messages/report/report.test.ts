import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { WriteStream } from 'node:tty';
import { inspect, stripVTControlCharacters } from 'node:util';
import { compareAccount } from '@caudal/common/account';
import { createPainter } from '../../../../src/cli/painter.ts';
import { renderCharts, ticks } from '../../../../src/report/line-chart.ts';
import { formatDuration, markdownTable, textTable } from '../../../../src/report/text-table.ts';
import { accountRows } from '../../../../src/workloads/messages/report/account-rows.ts';
import { accountSummary } from '../../../../src/workloads/messages/report/summary.ts';

const totals = (byCountry: Record<string, number>, identities?: number) => {
  const total = Object.values(byCountry).reduce((sum, count) => sum + count, 0);
  return { total, byCountry, identities: identities ?? total };
};
const accountOf = (accepted: Record<string, number>, stored: Record<string, number>, identities?: number) =>
  compareAccount({
    accepted,
    unknown: {},
    lanes: [{ lane: 'l', before: totals({}), after: totals(stored, identities) }],
  });

describe('accountRows', () => {
  it('shows the largest countries, the rest together, and the total', () => {
    const counts = { ES: 1_000, FR: 2_000, PE: 1, MX: 2 };
    assert.deepEqual(accountRows(accountOf(counts, counts), 2), [
      ['country', 'accepted', 'l', 'lost', 'doubled'],
      ['FR', '2,000', '2,000', '0', '0'],
      ['ES', '1,000', '1,000', '0', '0'],
      ['2 more', '3', '3', '0', '0'],
      ['total', '3,003', '3,003', '0', '0'],
    ]);
  });

  it('always shows a country with a fault', () => {
    const rows = accountRows(accountOf({ ES: 9, PE: 2 }, { ES: 9, PE: 1 }), 1);
    assert.deepEqual(rows.at(-2), ['PE', '2', '1', '1', '0']);
  });

  it('shows a loss and a double that cancel each other in the total', () => {
    const account = accountOf({ ES: 9 }, { ES: 9 }, 8);
    assert.deepEqual(accountRows(account, 5).at(-1), ['total', '9', '9', '1', '1']);
    const summary = accountSummary(account, undefined).split('\n');
    assert.deepEqual(summary.slice(-3), [
      'NOT exact: lost 1, doubled 1',
      '  l: 1 lost, in no single country (the identities show it)',
      '  l: 1 doubled, in no single country (the identities show it)',
    ]);
  });

  it('has a column for messages of another sender where there are any', () => {
    const account = accountOf({ ES: 9 }, { ES: 9, PE: 2 });
    assert.deepEqual(accountRows(account, 1), [
      ['country', 'accepted', 'l', 'lost', 'doubled', 'other'],
      ['ES', '9', '9', '0', '0', '0'],
      ['PE', '0', '2', '0', '0', '2'],
      ['total', '9', '11', '0', '0', '2'],
    ]);
    assert.deepEqual(accountSummary(account, undefined).split('\n').slice(-2), [
      'exact: every accepted message is in every store, once',
      '  l: 2 messages of another sender, PE',
    ]);
  });

  it('shows both countries of messages counted under a wrong one, in no column', () => {
    const rows = accountRows(accountOf({ ES: 9, FR: 8, PE: 2, MX: 1 }, { ES: 9, FR: 8, PE: 1, MX: 2 }), 1);
    assert.deepEqual(rows.slice(2), [
      ['PE', '2', '1', '0', '0'],
      ['MX', '1', '2', '0', '0'],
      ['1 more', '8', '8', '0', '0'],
      ['total', '20', '20', '0', '0'],
    ]);
  });

  it('says why the lanes were not drained', () => {
    const summary = accountSummary(accountOf({ ES: 9 }, { ES: 9 }), 'no progress for 45 s');
    assert.match(summary, /NOT proven: the lanes were not drained\n {2}not drained: no progress for 45 s$/);
  });
});

describe('the painter', () => {
  // A terminal's own look at the environment, on a stream that can be one or not.
  const terminal = (isTTY: boolean) =>
    Object.assign(new PassThrough(), { isTTY, getColorDepth: WriteStream.prototype.getColorDepth });
  const account = compareAccount({
    accepted: { ES: 1 },
    unknown: {},
    lanes: [{ lane: 'kafka-redis', before: totals({}), after: totals({ ES: 1 }) }],
  });
  const inEnvironment = <T>(environment: Record<string, string>, work: () => T): T => {
    const saved = { ...process.env };
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'CI']) delete process.env[name];
    Object.assign(process.env, { TERM: 'xterm-256color', ...environment });
    try {
      return work();
    } finally {
      process.env = saved;
    }
  };
  const painted = (isTTY: boolean, environment: Record<string, string> = {}) =>
    inEnvironment(environment, () =>
      accountSummary(account, undefined, { paint: createPainter(terminal(isTTY)) }),
    );

  it('colours the verdict by its state and lanes by their broker, without moving a column', () => {
    const text = painted(true);
    const green = inspect.colors.green?.[0];
    assert.ok(text.includes(`[${green}mexact: every`), text);
    assert.ok(text.includes('[96mkafka-redis'), text);
    assert.equal(stripVTControlCharacters(text), accountSummary(account, undefined));
    const faulty = inEnvironment({}, () => createPainter(terminal(true)).verdict('faulty', 'x'));
    assert.ok(faulty.includes(`[${inspect.colors.red?.[0]}mx`), faulty);
  });

  it('leaves text alone without a terminal, or where colours are disabled', () => {
    const plain = accountSummary(account, undefined);
    assert.equal(painted(false), plain);
    assert.equal(painted(true, { NO_COLOR: '1' }), plain);
  });
});

describe('tables', () => {
  it('align numbers to the right', () => {
    assert.equal(
      textTable([
        ['a', 'bb'],
        ['ccc', '1'],
      ]),
      'a    bb\nccc   1',
    );
    assert.equal(
      markdownTable([
        ['a', 'b'],
        ['c', '1'],
      ]),
      '| a | b |\n| --- | ---: |\n| c | 1 |',
    );
  });

  it('give durations the digits that matter', () => {
    assert.deepEqual([0.00123, 0.0456, 1.26, 140, null].map(formatDuration), [
      '1.2 ms',
      '46 ms',
      '1.3 s',
      '140 s',
      '–',
    ]);
  });
});

describe('renderCharts', () => {
  it('draws a line a series, with a gap where nothing was measured', () => {
    const svg = renderCharts([
      {
        title: 'Backlog <of> "lanes"',
        unit: 'messages',
        series: [
          {
            name: 'a',
            points: [
              [0, 0],
              [1, 10],
              [2, null],
              [3, 5],
            ],
          },
        ],
      },
    ]);
    assert.match(svg, /^<svg [^>]*viewBox="0 0 760 240"/);
    assert.match(svg, /Backlog &lt;of&gt;/);
    const path = /<path d="([^"]*)"/.exec(svg)?.[1] ?? '';
    assert.equal(path.match(/M/g)?.length, 2);
    assert.equal(path.match(/L/g)?.length, 1);
    assert.doesNotMatch(svg, /NaN|Infinity/);
  });

  it('draws an empty run', () => {
    assert.doesNotMatch(renderCharts([{ title: 't', unit: 'u', series: [] }]), /NaN|Infinity/);
  });

  it('marks axes at round values', () => {
    assert.deepEqual(ticks(10, 4), [0, 5, 10]);
    assert.deepEqual(ticks(0.7, 4), [0, 0.2, 0.4, 0.6, 0.8]);
    assert.deepEqual(ticks(61, 8), [0, 10, 20, 30, 40, 50, 60, 70]);
  });
});

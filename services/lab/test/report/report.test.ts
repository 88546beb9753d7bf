import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareAccount } from '@caudal/common/account';
import { accountRows, findingLines, verdictLine } from '../../src/report/account-rows.ts';
import { renderCharts, ticks } from '../../src/report/line-chart.ts';
import { formatDuration, markdownTable, textTable } from '../../src/report/text-table.ts';

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
    assert.equal(verdictLine(account), 'NOT exact: lost 1, doubled 1');
    assert.match(findingLines(account.findings)[0] ?? '', /identities/);
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

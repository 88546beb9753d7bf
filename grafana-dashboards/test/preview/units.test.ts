import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENERATED_DIRECTORY } from '../../src/generated-files.ts';
import { readDashboards } from '../../src/model/dashboard-json.ts';
import { formatValue } from '../../src/preview/units.ts';

test('values are written as Grafana writes them', () => {
  const written: [number, string, string][] = [
    [0.00042, 's', '420 µs'],
    [0.0123, 's', '12.3 ms'],
    [1.5, 's', '1.5 s'],
    [600, 's', '10 min'],
    [7_200, 's', '2 h'],
    [0, 's', '0 s'],
    [1_536, 'bytes', '1.5 KiB'],
    [268_435_456, 'bytes', '256 MiB'],
    [0.125, 'percentunit', '12.5%'],
    [1_234, 'mps', '1.23 K msg/s'],
    [12_345, 'short', '12.3 K'],
    [12_345, 'locale', '12,345'],
    [-14, 'locale', '-14'],
    [Number.NaN, 's', '–'],
    [Number.POSITIVE_INFINITY, 's', '+Inf'],
  ];
  for (const [value, unit, text] of written) assert.equal(formatValue(value, unit, 0), text);
});

test('every unit of the dashboards is known, an unknown one is an error', () => {
  for (const { panels } of readDashboards(GENERATED_DIRECTORY).values()) {
    for (const { type, title, fieldConfig, options } of panels) {
      if (type === 'row' || type === 'text') continue;
      assert.doesNotThrow(() => formatValue(1, fieldConfig?.defaults.unit ?? ''), title);
      for (const { properties } of fieldConfig?.overrides ?? []) {
        const unit = properties.find(({ id }) => id === 'unit')?.value;
        if (unit !== undefined) assert.doesNotThrow(() => formatValue(1, String(unit)), title);
      }
      assert.doesNotThrow(() => formatValue(1, options?.yAxis?.unit ?? 's'), title);
    }
  }
  assert.throws(() => formatValue(1, 'furlong'), /furlong/);
});

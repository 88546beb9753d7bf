import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { countryCodes } from '@caudal/common/message';
import { drawWorld, type World } from '../../web/world/draw-world.ts';

const file = join(import.meta.dirname, '..', '..', 'web', 'world', 'world.generated.json');
const world = JSON.parse(readFileSync(file, 'utf8')) as World;

test('the map is what its packages make of it: run write-world.ts after an upgrade', () => {
  assert.deepEqual(world, drawWorld());
});

test('every country has its place, an outline or a dot', () => {
  const { shapes, dots, width, height } = world;
  assert.deepEqual(
    countryCodes().filter((code) => (shapes[code] === undefined) === (dots[code] === undefined)),
    [],
  );
  for (const [code, [x, y]] of Object.entries(dots))
    assert.ok(x >= 0 && x <= width && y >= 0 && y <= height, `${code}: ${x}, ${y}`);
  assert.match(shapes.ES ?? '', /^m\d+ \d+l/);
  const [x, y] = dots.SG ?? [0, 0];
  assert.ok(x > width / 2 && Math.abs(y - height / 2) < 100, 'Singapore is in the east, near the equator');
});

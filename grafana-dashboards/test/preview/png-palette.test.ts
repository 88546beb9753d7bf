import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { withPalette } from '../../src/preview/png-palette.ts';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

/** A PNG of 2 columns without alpha; each row is a filter and six bytes. */
function png(rows: readonly (readonly number[])[], depth = 8): Buffer {
  const header = Buffer.from([0, 0, 0, 2, 0, 0, rows.length >> 8, rows.length & 255, depth, 2, 0, 0, 0]);
  const data = deflateSync(Uint8Array.from(rows.flat()));
  return Buffer.concat([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** Colours of all pixels of a picture with a palette, row by row. */
function pixels(picture: Buffer, width: number): number[][] {
  const at = (type: string): Buffer => {
    const start = picture.indexOf(type, 8, 'latin1');
    return picture.subarray(start + 4, start + 4 + picture.readUInt32BE(start - 4));
  };
  const palette = at('PLTE');
  const rows = inflateSync(at('IDAT'));
  return [...rows]
    .filter((_, index) => index % (width + 1) !== 0)
    .map((index) => [...palette.subarray(index * 3, index * 3 + 3)]);
}

test('colours survive, whatever filter their rows had', () => {
  const rows = [
    [0, 10, 20, 30, 40, 50, 60],
    [1, 10, 20, 30, 30, 30, 30],
    [2, 0, 0, 0, 0, 0, 0],
    [3, 5, 10, 15, 15, 15, 15],
    [4, 0, 0, 0, 0, 0, 0],
  ];
  const expected = [
    [10, 20, 30],
    [40, 50, 60],
    [10, 20, 30],
    [40, 50, 60],
    [10, 20, 30],
    [40, 50, 60],
    [10, 20, 30],
    [40, 50, 60],
    [10, 20, 30],
    [40, 50, 60],
  ];
  assert.deepEqual(pixels(withPalette(png(rows)), 2), expected);
});

test('above 256 colours the rarest take the nearest one', () => {
  const rows = Array.from({ length: 200 }, (_, y) => [0, y, y, y, y, y, 255]);
  const picture = withPalette(png([...rows, ...rows, [0, 7, 7, 8, 7, 7, 7]]));
  const colors = new Set(pixels(picture, 2).map(String));
  assert.ok(colors.size <= 256, `${colors.size} colours`);
  for (const [index, pixel] of pixels(picture, 2).slice(-2).entries()) {
    assert.ok(
      pixel.every((value) => Math.abs(value - 7) <= 1),
      `${index}: ${pixel}`,
    );
  }
});

test('what it does not understand is refused', () => {
  assert.throws(() => withPalette(Buffer.from('GIF89a, really')), /not a PNG/);
  assert.throws(() => withPalette(png([[0, 1, 2, 3, 4, 5, 6]], 16)), /depth 16/);
  assert.throws(() => withPalette(png([[9, 1, 2, 3, 4, 5, 6]])), /filter 9/);
});

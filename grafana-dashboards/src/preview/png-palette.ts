import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLORS = 256;

/**
 * The same picture with at most 256 colours: a third of the size, and charts do not need more.
 *
 * @param png as browsers write it: 8 bits a channel, with or without alpha (which is dropped), not interlaced
 * @throws Error for any other PNG
 */
export function withPalette(png: Buffer): Buffer {
  const { width, height, channels, rows } = decode(png);
  const counts = new Map<number, number>();
  for (let at = 0; at < rows.length; at += channels) {
    const color = colorAt(rows, at);
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const palette = choosePalette(counts);
  const nearest = new Map(palette.map((color, index) => [color, index]));
  const indexed = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const color = colorAt(rows, (y * width + x) * channels);
      let index = nearest.get(color);
      if (index === undefined) {
        index = nearestIndex(color, palette);
        nearest.set(color, index);
      }
      indexed[y * (width + 1) + 1 + x] = index;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colors = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colors),
    chunk('IDAT', deflateSync(indexed, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * The most frequent colour, then always the one that the choice so far shows worst, by distance and by pixels: a small
 * coloured mark counts for more than one more shade of the background.
 */
function choosePalette(counts: ReadonlyMap<number, number>): number[] {
  const colors = [...counts].sort((a, b) => b[1] - a[1]);
  const errors = colors.map(() => Number.POSITIVE_INFINITY);
  const palette: number[] = [];
  let next = 0;
  while (palette.length < COLORS) {
    const chosen = colors[next]?.[0] ?? 0;
    palette.push(chosen);
    let worst = 0;
    for (const [index, [color, pixels]] of colors.entries()) {
      errors[index] = Math.min(errors[index] ?? 0, distanceOf(color, chosen));
      const error = (errors[index] ?? 0) * Math.sqrt(pixels);
      if (error > worst) [worst, next] = [error, index];
    }
    if (worst === 0) break;
  }
  return palette;
}

/** Square of the distance of two colours. */
function distanceOf(color: number, other: number): number {
  const red = (color >> 16) - (other >> 16);
  const green = ((color >> 8) & 255) - ((other >> 8) & 255);
  const blue = (color & 255) - (other & 255);
  return red * red + green * green + blue * blue;
}

function colorAt(rows: Buffer, at: number): number {
  return ((rows[at] ?? 0) << 16) | ((rows[at + 1] ?? 0) << 8) | (rows[at + 2] ?? 0);
}

function nearestIndex(color: number, palette: readonly number[]): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [index, other] of palette.entries()) {
    const distance = distanceOf(color, other);
    if (distance < bestDistance) [best, bestDistance] = [index, distance];
  }
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Row after row, without filters. */
  readonly rows: Buffer;
}

function decode(png: Buffer): Pixels {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('not a PNG');
  let header = Buffer.alloc(13);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = Buffer.from(data);
    if (type === 'IDAT') parts.push(data);
    at += length + 12;
  }
  const [depth, colorType, , , interlaced] = header.subarray(8);
  if (depth !== 8 || (colorType !== 2 && colorType !== 6) || interlaced !== 0) {
    throw new Error(
      `a PNG of depth ${depth}, colour type ${colorType}, interlaced ${interlaced} is not understood`,
    );
  }
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const channels = colorType === 2 ? 3 : 4;
  return {
    width,
    height,
    channels,
    rows: unfilter(inflateSync(Buffer.concat(parts)), width * channels, channels),
  };
}

/** Undoes the filter of each row: a byte was stored as its difference to what the bytes left of and above it foretell. */
function unfilter(data: Buffer, stride: number, channels: number): Buffer {
  const height = data.length / (stride + 1);
  const rows = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x >= channels ? (rows[at - channels] ?? 0) : 0;
      const above = y > 0 ? (rows[at - stride] ?? 0) : 0;
      const corner = x >= channels && y > 0 ? (rows[at - stride - channels] ?? 0) : 0;
      rows[at] = (data[y * (stride + 1) + 1 + x] ?? 0) + foretold(filter, left, above, corner);
    }
  }
  return rows;
}

function foretold(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4: {
      const estimate = left + above - corner;
      const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(estimate - value));
      if (toLeft === undefined || toAbove === undefined || toCorner === undefined) return 0;
      if (toLeft <= toAbove && toLeft <= toCorner) return left;
      return toAbove <= toCorner ? above : corner;
    }
    default:
      throw new Error(`a PNG with the filter ${filter} is not understood`);
  }
}

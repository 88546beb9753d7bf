import { html, type Markup } from './html.ts';
import type { Random } from './random.ts';

/** Draws into a field of 120 by 90; class `a` is the first colour, `b` the second, `o` the paper, and `i` the ink. */
export type Motif = (random: Random) => Markup;

const WIDTH = 120;
const HEIGHT = 90;

const round = (value: number): number => Math.round(value * 10) / 10;
const times = <Result>(count: number, draw: (place: number) => Result): readonly Result[] =>
  Array.from({ length: count }, (_, place) => draw(place));
const disc = (tone: string, x: number, y: number, radius: number): Markup =>
  html`<circle class="${tone}" cx="${round(x)}" cy="${round(y)}" r="${round(radius)}"/>`;
const path = (tone: string, d: string): Markup => html`<path class="${tone}" d="${d}"/>`;
const box = (tone: string, x: number, y: number, width: number, height: number): Markup =>
  html`<rect class="${tone}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;

/** A sun that goes down behind bars. */
const sun: Motif = (random) => {
  const [x, y] = [40 + random.below(40), 46 + random.below(10)];
  return html`${disc('a', x, y, 34)}${times(5, (bar) => box('o', 0, y + 2 + bar * 8, WIDTH, 2 + bar))}`;
};

/** Rays from one place. */
const rays: Motif = (random) => {
  const [x, y] = [20 + random.below(80), HEIGHT - 8];
  const count = 9 + random.below(4);
  const edge = (part: number): string => {
    const angle = Math.PI * (1 + part / (2 * count));
    return `${round(x + 180 * Math.cos(angle))} ${round(y + 180 * Math.sin(angle))}`;
  };
  return html`${times(count, (ray) => path(ray % 2 === 0 ? 'a' : 'b', `M${x} ${y}L${edge(ray * 2)}L${edge(ray * 2 + 1)}Z`))}${disc('i', x, y, 16)}`;
};

/** Rings around a place, the last of which is an eye. */
const rings: Motif = (random) => {
  const [x, y] = [36 + random.below(50), 32 + random.below(26)];
  const drift = random.below(5) - 2;
  return html`${times(6, (ring) => disc(ring % 2 === 0 ? 'a' : 'o', x + ring * drift, y, 62 - ring * 10))}${disc('b', x + 6 * drift, y, 6)}`;
};

/** Hills one behind the other, under a moon. */
const hills: Motif = (random) => {
  const ridge = (tone: string, height: number): Markup => {
    const [left, middle, right] = times(3, () => height + random.below(18) - 9);
    return path(
      tone,
      `M0 ${left}C30 ${(left ?? 0) - 18} 40 ${middle} 60 ${middle}S95 ${(right ?? 0) - 16} 120 ${right}V90H0Z`,
    );
  };
  return html`${disc('a', 24 + random.below(72), 24, 13)}${ridge('b', 54)}${ridge('a', 68)}${ridge('i', 82)}`;
};

/** Mountains of straight lines. */
const peaks: Motif = (random) => {
  const peak = (tone: string, height: number): Markup => {
    const x = 15 + random.below(90);
    return path(tone, `M${x} ${HEIGHT - height}L${x + height * 0.8} 90H${x - height * 0.8}Z`);
  };
  return html`${disc('b', 20 + random.below(80), 26, 16)}${peak('a', 74)}${peak('i', 52)}${peak('b', 34)}`;
};

/** A town at night. */
const town: Motif = (random) => {
  let x = -4;
  const houses: Markup[] = [];
  while (x < WIDTH) {
    const [width, height] = [12 + random.below(12), 26 + random.below(48)];
    const tone = ['a', 'i', 'b'][houses.length % 3] ?? 'a';
    const top = HEIGHT - height;
    const windows = times(6, (place) =>
      random.next() < 0.4
        ? box('o', x + 3 + (place % 2) * 5, top + 5 + Math.floor(place / 2) * 8, 2.5, 4)
        : html``,
    );
    houses.push(html`${box(tone, x, top, width, height)}${windows}`);
    x += width;
  }
  return html`${disc('b', 22 + random.below(76), 20, 10)}${houses}`;
};

/** A board of quarters, halves and wholes. */
const board: Motif = (random) => {
  const tile = (place: number): Markup => {
    const [x, y] = [(place % 4) * 30, Math.floor(place / 4) * 30];
    const tone = ['a', 'b', 'i'][random.below(3)] ?? 'a';
    switch (random.below(6)) {
      case 0:
        return path(tone, `M${x} ${y}h30a30 30 0 0 1-30 30Z`);
      case 1:
        return path(tone, `M${x + 30} ${y + 30}h-30a30 30 0 0 1 30-30Z`);
      case 2:
        return disc(tone, x + 15, y + 15, 15);
      case 3:
        return path(tone, `M${x} ${y + 15}a15 15 0 0 1 30 0Z`);
      case 4:
        return html`${box(tone, x, y, 30, 30)}${disc('o', x + 15, y + 15, 7)}`;
      default:
        return path(tone, `M${x} ${y}L${x + 30} ${y}L${x} ${y + 30}Z`);
    }
  };
  return html`${times(12, tile)}`;
};

/** Bars that lean. */
const bars: Motif = (random) => {
  const lean = 16 + random.below(34);
  const width = 7 + random.below(5);
  return html`${times(9, (bar) => {
    const x = bar * width * 2 - lean;
    return path(['a', 'b', 'a', 'i'][bar % 4] ?? 'a', `M${x + lean} 0h${width}L${x + width} 90h-${width}Z`);
  })}`;
};

/** A person in the light of a lamp, behind a blind. */
const blind: Motif = (random) => {
  const x = 34 + random.below(52);
  const figure = path('i', `M${x - 24} 90C${x - 24} 66 ${x + 24} 66 ${x + 24} 90Z`);
  return html`${path('a', `M${x - 8} 0h16L${x + 62} 90H${x - 62}Z`)}${disc('i', x, 58, 10)}${figure}${times(9, (slat) => box('o', 0, 6 + slat * 10, WIDTH, 2.6))}`;
};

/** Two that meet. */
const pair: Motif = (random) => {
  const [radius, gap, y] = [24 + random.below(7), 13 + random.below(6), 40 + random.below(10)];
  const half = Math.sqrt(radius * radius - gap * gap);
  const lens = `M60 ${round(y - half)}A${radius} ${radius} 0 0 1 60 ${round(y + half)}A${radius} ${radius} 0 0 1 60 ${round(y - half)}Z`;
  return html`${disc('a', 60 - gap, y, radius)}${disc('b', 60 + gap, y, radius)}${path('i', lens)}`;
};

/** A world with a ring, among stars. */
const orbit: Motif = (random) => {
  const [x, y, radius] = [42 + random.below(36), 40 + random.below(10), 21 + random.below(7)];
  const tilt = random.below(50) - 25;
  const stars = times(16, () =>
    disc('i', random.next() * WIDTH, random.next() * HEIGHT, 0.5 + random.next()),
  );
  return html`${stars}${disc('a', x, y, radius)}<g transform="rotate(${tilt} ${x} ${y})"><ellipse class="line" cx="${x}" cy="${y}" rx="${radius * 1.75}" ry="${round(radius * 0.38)}"/></g>${disc('b', x + radius * 1.2, y - radius, 5)}`;
};

/** Columns of sound. */
const sound: Motif = (random) =>
  html`${times(12, (column) => {
    const height = 14 + random.below(60);
    return html`<rect class="${column % 3 === 1 ? 'b' : 'a'}" x="${column * 10 + 1.5}" y="${45 - height / 2}" width="7" height="${height}" rx="3.5"/>`;
  })}`;

/** A grid of dots, one of which is another. */
const dots: Motif = (random) => {
  const odd = random.below(35);
  return html`${times(35, (place) => {
    const [x, y] = [12 + (place % 7) * 16, 13 + Math.floor(place / 7) * 16];
    return place === odd ? disc('b', x, y, 9) : disc('a', x, y, 1.5 + ((place * 7) % 5));
  })}`;
};

/** Steps that climb. */
const steps: Motif = (random) => {
  const isLeft = random.below(2) === 0;
  const step = (place: number): Markup => {
    const height = 12 + place * 12;
    const x = isLeft ? place * 20 : 100 - place * 20;
    return box(place % 2 === 0 ? 'a' : 'i', x, HEIGHT - height, 20, height);
  };
  return html`${disc('b', isLeft ? 30 : 90, 26, 14)}${times(6, step)}`;
};

/** Motifs that go with a genre, the most telling genre first. */
const BY_GENRE: readonly (readonly [string, readonly Motif[]])[] = [
  ['Sci-Fi', [orbit, rings, dots]],
  ['Western', [sun, peaks]],
  ['Horror', [peaks, rings, blind]],
  ['Romance', [pair, hills]],
  ['Musical', [sound, rays]],
  ['Music', [sound, bars]],
  ['War', [rays, bars, peaks]],
  ['Animation', [board, dots]],
  ['Mystery', [blind, rings]],
  ['Crime', [town, blind, bars]],
  ['Thriller', [rings, blind, steps]],
  ['Adventure', [hills, peaks, sun]],
  ['Fantasy', [hills, orbit]],
  ['Sport', [bars, steps]],
  ['Documentary', [dots, sound, steps]],
  ['Comedy', [board, rays, dots]],
];
const ANY: readonly Motif[] = [sun, hills, board, pair, steps, town, rays];

/** The motif of a film with these genres. */
export function motifOf(genres: readonly string[], random: Random): Motif {
  const fitting = BY_GENRE.find(([genre]) => genres.includes(genre))?.[1] ?? ANY;
  return fitting[random.below(fitting.length)] ?? sun;
}

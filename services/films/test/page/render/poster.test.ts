import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { coloursOf, pictureOf, sizeOf } from '../../../src/page/render/poster.ts';

const style = (name: string): string =>
  readFileSync(new URL(`../../../web/src/style/${name}.css`, import.meta.url), 'utf8');
const IDS = Array.from({ length: 60 }, (_, place) => `Q${place * 7_919}`);
const GENRES = [
  'Drama',
  'Comedy',
  'Romance',
  'Action',
  'Crime',
  'Thriller',
  'Horror',
  'Documentary',
  'Sci-Fi',
  'Fantasy',
  'Adventure',
  'Musical',
  'Mystery',
  'War',
  'Animation',
  'Western',
  'Sport',
  'Music',
];

/** The colours of each class of palettes.css. */
function palettes(): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map(
    Array.from(style('palettes').matchAll(/\.(of-[\w-]+) \{([^}]*)\}/g), ([, name = '', body = '']) => [
      name,
      Object.fromEntries(
        Array.from(body.matchAll(/--([a-z]+): (#[0-9a-f]{6})/g), ([, key, colour]) => [key, colour]),
      ),
    ]),
  );
}

/** Relative luminance as WCAG defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(left: string, right: string): number {
  const [dark = 0, light = 0] = [luminance(left), luminance(right)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('a poster', () => {
  it('has colours of the decade of its film, of which each has four, and the text can be read', () => {
    const known = palettes();
    const years = [
      null,
      1_800,
      1_893,
      1_939,
      1_940,
      1_955,
      1_969,
      1_970,
      1_985,
      1_999,
      2_000,
      2_014,
      2_025,
      2_200,
    ];
    const given = new Set(years.flatMap((year) => IDS.map((id) => coloursOf({ id, year }))));
    assert.deepEqual([...given].sort(), [...known.keys()].sort());
    assert.equal(known.size, 36);
    assert.match(coloursOf({ id: 'Q1', year: 1_979 }), /^of-1970-/);
    assert.match(coloursOf({ id: 'Q1', year: 2_031 }), /^of-2010-/);
    for (const [name, { paper = '', ink = '', a = '', b = '' }] of known) {
      // Small text is a little paler than the ink.
      assert.ok(contrast(paper, ink) >= 6, `${name}: ${contrast(paper, ink)}`);
      for (const colour of [a, b])
        assert.ok(contrast(paper, colour) > 1.3, `${name}: ${colour} is seen on the paper`);
    }
  });

  it('is always the same for a film, and differs between films', () => {
    for (const genre of GENRES) {
      const pictures = IDS.map((id) => String(pictureOf({ id, genres: [genre] })));
      assert.deepEqual(
        pictures,
        IDS.map((id) => String(pictureOf({ id, genres: [genre] }))),
      );
      assert.ok(new Set(pictures).size > 3, genre);
      for (const picture of pictures) {
        assert.ok(picture.length < 4_000, `${genre}: ${picture.length} characters`);
        assert.match(picture, /^<svg [^>]*aria-hidden="true"[^>]*>[\s\S]*<\/svg>$/);
        assert.doesNotMatch(picture, /NaN|undefined|style=/);
      }
    }
  });

  it('sets titles as large as their words and lines allow', () => {
    const sizes = style('sizes');
    for (const [title, size] of [
      ['M', 'size-22'],
      ['Jaws', 'size-22'],
      ['The Godfather', 'size-20'],
      ['Interstellar', 'size-17'],
      ['Indiana Jones and the Kingdom of the Crystal Skull', 'size-13'],
      ['The Incredibly Strange Creatures Who Stopped Living and Became Mixed-Up Zombies', 'size-10'],
      ['', 'size-22'],
    ] as const)
      assert.equal(sizeOf(title), size, title);
    for (let length = 0; length < 120; length += 1) {
      assert.ok(sizes.includes(`.${sizeOf('x'.repeat(length))} {`));
      assert.ok(sizes.includes(`.${sizeOf('abc '.repeat(length))} {`));
    }
  });
});

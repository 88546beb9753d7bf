import { pick, type Random, randomOf } from '@caudal/common/row-random';
import type { Game } from './game.ts';
import { ADJECTIVES, KINDS, NOUNS, NUMERALS, ODD_NAMES, SUBTITLES, VERBS } from './words.ts';

/** Ids of real shops have gaps and are multiples of ten. */
const ID_STEP = 10;
const MAX_ID_STEPS = 30;
const FIRST_ID = 220;

/** Parts of all games, of 1. */
const FREE_PART = 0.12;
const REPEATED_PART = 0.01;
const ODD_PART = 0.02;

/** Logarithms of prices are normal: the median is about 10, and a twentieth of the games costs more than 37. */
const LOG_PRICE_MEAN = 2.3;
const LOG_PRICE_DEVIATION = 0.8;
const MAX_PRICE = 200;

/**
 * Makes games up: the same for the same seed on every machine, and the first rows of a longer catalogue are those of a shorter one.
 * Names have accents, quotes and commas, and some occur more than once; prices end in .99, and some games are free.
 */
export function generateGames(seed: number, rows: number): readonly Game[] {
  const games: Game[] = [];
  let id = FIRST_ID;
  for (let row = 1; row <= rows; row += 1) {
    const random = randomOf(seed, row);
    id += ID_STEP * (1 + Math.floor(random() * MAX_ID_STEPS));
    const earlier = games[Math.floor(random() * games.length)];
    const isRepeated = random() < REPEATED_PART;
    const name = isRepeated && earlier !== undefined ? earlier.name : nameOf(random);
    games.push({ id, row, name, priceCents: priceOf(random) });
  }
  return games;
}

function nameOf(random: Random): string {
  const adjective = pick(random, ADJECTIVES);
  const noun = pick(random, NOUNS);
  const other = pick(random, NOUNS);
  const end = random() < 0.15 ? ` ${pick(random, NUMERALS)}` : '';
  if (random() < ODD_PART) return `${pick(random, ODD_NAMES)}${end}`;
  const names = [
    `${adjective} ${noun}${end}`,
    `${adjective} ${noun}: ${pick(random, SUBTITLES)}`,
    `The ${noun} of the ${adjective} ${other}`,
    `${noun} & ${other}${end}`,
    `${noun} ${pick(random, KINDS)}${end}`,
    `${other}'s ${adjective} ${noun}`,
    `${pick(random, VERBS)}, ${noun}, ${pick(random, VERBS)}!`,
    `"${adjective}" ${noun}`,
    `El ${noun} Mágico: Edición ${adjective}`,
    `${noun} — ${pick(random, SUBTITLES)}`,
  ];
  return pick(random, names);
}

function priceOf(random: Random): number {
  // Every game draws the same number of times.
  const isFree = random() < FREE_PART;
  // A sum of twelve has a normal distribution, near enough, with mean 6 and deviation 1.
  let normal = -6;
  for (let draw = 0; draw < 12; draw += 1) normal += random();
  if (isFree) return 0;
  const price = Math.exp(LOG_PRICE_MEAN + LOG_PRICE_DEVIATION * normal);
  return Math.min(Math.max(Math.round(price), 1), MAX_PRICE) * 100 - 1;
}

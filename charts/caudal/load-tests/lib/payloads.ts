import { countries } from './countries.ts';
import { phrases, weathers } from './phrases.ts';
import { hashText, pick, type Random, randomAt, spreadByWeight } from './random.ts';

/** A message as a client posts it. */
export type Message = { description: string; country: string; weather: string };

/** The messages of one request, and how many of them belong to each country. */
export type Batch = {
  messages: Message[];
  /** Messages per alpha-2 code, as the pipeline must count them. */
  perCountry: Map<string, number>;
};

/** Share of messages that give the country by name, so that its normalisation is exercised. */
const namedCountryShare = 0.04;
const emojiShare = 0.35;
/** Share of people who post in English rather than in a language of their country. */
const englishShare = 0.12;

const countryDraws = spreadByWeight(countries);
const weatherDraws = spreadByWeight(weathers);

/**
 * Writes one message.
 *
 * @returns the message, and the alpha-2 code it must be counted under whatever its `country` says
 */
export function createMessage(random: Random): { message: Message; code: string } {
  const from = pick(random, countryDraws);
  const weather = pick(random, weatherDraws);
  const language = random() < englishShare ? 'en' : pick(random, from.languages);
  const spelling = language === 'es' ? 'es' : 'en';
  const degrees = ((random() * 45) | 0) - 8;
  const text = pick(random, phrases[language])
    .replace('{weather}', weather.words[language])
    .replace('{degrees}', String(degrees));
  return {
    message: {
      description: random() < emojiShare ? `${text} ${weather.emoji}` : text,
      country: random() < namedCountryShare ? pick(random, from.names) : from.code,
      weather: weather.words[spelling],
    },
    code: from.code,
  };
}

/**
 * Writes the messages `first` … `first + size - 1` of a run. Message n of a seed is always the same, however the
 * run is cut into requests and whichever virtual user sends it.
 */
export function createBatch(seed: string, first: number, size: number): Batch {
  const seedHash = hashText(seed);
  const messages: Message[] = [];
  const perCountry = new Map<string, number>();
  for (let position = first; position < first + size; position += 1) {
    const { message, code } = createMessage(randomAt(seedHash, position));
    messages.push(message);
    perCountry.set(code, (perCountry.get(code) ?? 0) + 1);
  }
  return { messages, perCountry };
}

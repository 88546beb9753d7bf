/** Weather classes: a closed list, so that clients cannot grow the store's keys. */
export const WEATHER_CLASSES = [
  'sunny',
  'cloudy',
  'rainy',
  'stormy',
  'snowy',
  'foggy',
  'windy',
  'hot',
  'cold',
  'other',
] as const;

/** One of {@link WEATHER_CLASSES}. */
export type WeatherClass = (typeof WEATHER_CLASSES)[number];

/** English and Spanish words as people write them, accents removed, lower case. */
const WORDS: Readonly<Record<Exclude<WeatherClass, 'other'>, readonly string[]>> = {
  sunny: ['sunny', 'sun', 'clear', 'fair', 'soleado', 'sol', 'despejado'],
  cloudy: ['cloudy', 'clouds', 'overcast', 'partly cloudy', 'nublado', 'nubes', 'nuboso', 'cubierto'],
  rainy: ['rainy', 'rain', 'drizzle', 'showers', 'lluvioso', 'lluvia', 'llovizna', 'lloviendo'],
  stormy: ['stormy', 'storm', 'thunderstorm', 'thunder', 'tormentoso', 'tormenta', 'hurricane', 'huracan'],
  snowy: ['snowy', 'snow', 'sleet', 'hail', 'nevado', 'nieve', 'nevando', 'granizo'],
  foggy: ['foggy', 'fog', 'mist', 'misty', 'haze', 'neblina', 'niebla', 'bruma', 'neblinoso'],
  windy: ['windy', 'wind', 'breezy', 'ventoso', 'viento'],
  hot: ['hot', 'warm', 'heat', 'caluroso', 'calor', 'calido'],
  cold: ['cold', 'frost', 'freezing', 'frio', 'helado', 'helada'],
};

const CLASS_BY_WORD: ReadonlyMap<string, WeatherClass> = new Map(
  Object.entries(WORDS).flatMap(([name, words]) => words.map((word) => [word, name as WeatherClass])),
);

/** Returns the class of a client's text; `other` if unknown. */
export function weatherClass(text: string): WeatherClass {
  return (
    CLASS_BY_WORD.get(text) ??
    CLASS_BY_WORD.get(
      text
        .normalize('NFD')
        .replace(/\p{Diacritic}/gu, '')
        .trim()
        .toLowerCase(),
    ) ??
    'other'
  );
}

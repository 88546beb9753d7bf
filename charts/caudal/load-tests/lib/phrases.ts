/** A language descriptions are written in (ISO 639-1). */
export type Language = 'en' | 'es' | 'pt' | 'fr' | 'de' | 'it' | 'ja' | 'ar' | 'hi' | 'ko';

/** A state of the weather: its word in each language, its emoji, and how often it is posted about. */
export type Weather = { weight: number; emoji: string; words: Readonly<Record<Language, string>> };

function weather(weight: number, emoji: string, words: Record<Language, string>): Weather {
  return { weight, emoji, words };
}

/** The states of the weather. The field `weather` of a message carries the English or the Spanish word. */
export const weathers: readonly Weather[] = [
  weather(30, '☀️', {
    en: 'sunny',
    es: 'soleado',
    pt: 'ensolarado',
    fr: 'ensoleillé',
    de: 'sonnig',
    it: 'soleggiato',
    ja: '晴れ',
    ar: 'مشمس',
    hi: 'धूप',
    ko: '맑음',
  }),
  weather(24, '🌧️', {
    en: 'rainy',
    es: 'lluvioso',
    pt: 'chuvoso',
    fr: 'pluvieux',
    de: 'regnerisch',
    it: 'piovoso',
    ja: '雨',
    ar: 'ممطر',
    hi: 'बारिश',
    ko: '비',
  }),
  weather(20, '☁️', {
    en: 'cloudy',
    es: 'nublado',
    pt: 'nublado',
    fr: 'nuageux',
    de: 'bewölkt',
    it: 'nuvoloso',
    ja: '曇り',
    ar: 'غائم',
    hi: 'बादल',
    ko: '흐림',
  }),
  weather(10, '💨', {
    en: 'windy',
    es: 'ventoso',
    pt: 'ventoso',
    fr: 'venteux',
    de: 'windig',
    it: 'ventoso',
    ja: '強風',
    ar: 'عاصف',
    hi: 'तेज़ हवा',
    ko: '바람',
  }),
  weather(6, '⛈️', {
    en: 'stormy',
    es: 'tormentoso',
    pt: 'tempestuoso',
    fr: 'orageux',
    de: 'stürmisch',
    it: 'tempestoso',
    ja: '嵐',
    ar: 'رعدي',
    hi: 'तूफ़ान',
    ko: '폭풍',
  }),
  weather(5, '🌫️', {
    en: 'foggy',
    es: 'neblina',
    pt: 'nevoeiro',
    fr: 'brumeux',
    de: 'neblig',
    it: 'nebbioso',
    ja: '霧',
    ar: 'ضبابي',
    hi: 'कोहरा',
    ko: '안개',
  }),
  weather(5, '❄️', {
    en: 'snowy',
    es: 'nevado',
    pt: 'nevado',
    fr: 'neigeux',
    de: 'verschneit',
    it: 'nevoso',
    ja: '雪',
    ar: 'ثلجي',
    hi: 'बर्फ़',
    ko: '눈',
  }),
];

/** What people write, by language; `{weather}` stands for the word and `{degrees}` for a temperature. */
export const phrases: Readonly<Record<Language, readonly string[]>> = {
  en: [
    '{weather} again, {degrees} °C and no end in sight',
    'Walked to work and it was {weather} all the way',
    'Who else woke up to a {weather} sky this morning?',
    '"{weather}" said the forecast. For once it\'s right!',
  ],
  es: [
    'Otra vez {weather} y {degrees} grados, qué día',
    '¡Mañana {weather}! ¿Alguien sale a caminar?',
    'Así está el cielo: {weather}. Feliz semana',
    'El pronóstico decía {weather} y acertó',
  ],
  pt: ['Hoje está {weather}, {degrees} graus', 'Que manhã! Tempo {weather} por aqui', 'Céu {weather} e café'],
  fr: [
    'Encore un temps {weather}, {degrees} degrés',
    "C'est {weather} ce matin, où est l'été ?",
    'Ciel {weather}, bonne journée à tous',
  ],
  de: [
    'Heute ist es {weather}, {degrees} Grad',
    'Schon wieder {weather} …',
    'Schöne Grüße: {weather}, wie üblich',
  ],
  it: ['Oggi tempo {weather}, {degrees} gradi', "È {weather}, c'è chi esce?", 'Cielo {weather} e un caffè'],
  ja: ['今日の天気は{weather}、気温{degrees}度です', 'また{weather}だ。傘を持って行こう', '朝から{weather}'],
  ar: ['الجو اليوم {weather} ودرجة الحرارة {degrees}', 'صباح الخير، الطقس {weather}', 'مرة أخرى {weather}'],
  hi: ['आज का मौसम: {weather}, {degrees} डिग्री', 'फिर से {weather}, चाय हो जाए'],
  ko: ['오늘 날씨는 {weather}, {degrees}도', '아침부터 {weather}'],
};

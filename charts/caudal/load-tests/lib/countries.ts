import type { Language } from './phrases.ts';

/** A country that posts messages. */
export type Country = {
  /** ISO 3166-1 alpha-2; what the pipeline counts under. */
  code: string;
  /** Its share of the messages, relative to the others. */
  weight: number;
  /** Languages of its descriptions, the usual one first. */
  languages: readonly Language[];
  /** Its name in English and, where that differs, in Spanish. */
  names: readonly string[];
};

function country(code: string, weight: number, languages: readonly Language[], ...names: string[]): Country {
  return { code, weight, languages, names };
}

/** Who posts about the weather, roughly as people are spread over social networks. */
export const countries: readonly Country[] = [
  country('US', 160, ['en', 'es'], 'United States', 'Estados Unidos'),
  country('IN', 110, ['en', 'hi'], 'India'),
  country('BR', 75, ['pt'], 'Brazil', 'Brasil'),
  country('JP', 70, ['ja'], 'Japan', 'Japón'),
  country('ID', 55, ['en'], 'Indonesia'),
  country('MX', 55, ['es'], 'Mexico', 'México'),
  country('ES', 50, ['es'], 'Spain', 'España'),
  country('GB', 45, ['en'], 'United Kingdom', 'Reino Unido'),
  country('FR', 35, ['fr'], 'France', 'Francia'),
  country('DE', 35, ['de', 'en'], 'Germany', 'Alemania'),
  country('AR', 30, ['es'], 'Argentina'),
  country('CO', 28, ['es'], 'Colombia'),
  country('PH', 28, ['en'], 'Philippines', 'Filipinas'),
  country('GT', 25, ['es'], 'Guatemala'),
  country('NG', 25, ['en'], 'Nigeria'),
  country('CA', 22, ['en', 'fr'], 'Canada', 'Canadá'),
  country('IT', 22, ['it'], 'Italy', 'Italia'),
  country('SA', 18, ['ar'], 'Saudi Arabia'),
  country('EG', 18, ['ar'], 'Egypt', 'Egipto'),
  country('KR', 18, ['ko'], 'South Korea'),
  country('PK', 18, ['en'], 'Pakistan', 'Pakistán'),
  country('TH', 16, ['en'], 'Thailand', 'Tailandia'),
  country('VN', 16, ['en'], 'Vietnam'),
  country('CL', 15, ['es'], 'Chile'),
  country('PE', 14, ['es'], 'Peru', 'Perú'),
  country('AU', 14, ['en'], 'Australia'),
  country('MY', 12, ['en'], 'Malaysia', 'Malasia'),
  country('PL', 12, ['en'], 'Poland', 'Polonia'),
  country('ZA', 12, ['en'], 'South Africa', 'Sudáfrica'),
  country('NL', 10, ['en'], 'Netherlands', 'Países Bajos'),
  country('VE', 10, ['es'], 'Venezuela'),
  country('EC', 8, ['es'], 'Ecuador'),
  country('MA', 8, ['ar', 'fr'], 'Morocco', 'Marruecos'),
  country('UA', 8, ['en'], 'Ukraine', 'Ucrania'),
  country('KE', 7, ['en'], 'Kenya', 'Kenia'),
  country('PT', 6, ['pt'], 'Portugal'),
  country('AE', 6, ['ar', 'en'], 'United Arab Emirates', 'Emiratos Árabes Unidos'),
  country('DZ', 6, ['ar', 'fr'], 'Algeria', 'Argelia'),
  country('RO', 6, ['en'], 'Romania', 'Rumanía'),
  country('BE', 5, ['fr', 'de'], 'Belgium', 'Bélgica'),
  country('CH', 5, ['de', 'fr', 'it'], 'Switzerland', 'Suiza'),
  country('SE', 5, ['en'], 'Sweden', 'Suecia'),
  country('AT', 4, ['de'], 'Austria'),
  country('BO', 4, ['es'], 'Bolivia'),
  country('CR', 4, ['es'], 'Costa Rica'),
  country('DO', 4, ['es'], 'Dominican Republic', 'República Dominicana'),
  country('GR', 4, ['en'], 'Greece', 'Grecia'),
  country('HN', 4, ['es'], 'Honduras'),
  country('HU', 4, ['en'], 'Hungary', 'Hungría'),
  country('IL', 4, ['en'], 'Israel'),
  country('SG', 4, ['en'], 'Singapore', 'Singapur'),
  country('SV', 4, ['es'], 'El Salvador'),
  country('DK', 3, ['en'], 'Denmark', 'Dinamarca'),
  country('FI', 3, ['en'], 'Finland', 'Finlandia'),
  country('IE', 3, ['en'], 'Ireland', 'Irlanda'),
  country('NI', 3, ['es'], 'Nicaragua'),
  country('NO', 3, ['en'], 'Norway', 'Noruega'),
  country('NZ', 3, ['en'], 'New Zealand', 'Nueva Zelanda'),
  country('PA', 3, ['es'], 'Panama', 'Panamá'),
  country('PY', 3, ['es'], 'Paraguay'),
  country('UY', 3, ['es'], 'Uruguay'),
  country('CU', 2, ['es'], 'Cuba'),
];

/** The codes of {@link countries}; every count per country has exactly these rows. */
export const countryCodes: readonly string[] = countries.map(({ code }) => code);

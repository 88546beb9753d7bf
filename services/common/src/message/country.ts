import countries from 'i18n-iso-countries';
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' };
import spanish from 'i18n-iso-countries/langs/es.json' with { type: 'json' };

/** ISO 3166-1 alpha-2, upper case. */
export type CountryCode = string;

interface CountryIndex {
  readonly codes: ReadonlySet<CountryCode>;
  readonly byName: ReadonlyMap<string, CountryCode>;
}

let index: CountryIndex | undefined;

/**
 * The code of a country given as alpha-2 or alpha-3 code or by its English or Spanish name, whatever the case
 * and the accents; undefined for anything else.
 */
export function countryCode(text: string): CountryCode | undefined {
  const { codes, byName } = countryIndex();
  if (codes.has(text)) return text;
  return text.length > MAX_NAME_LENGTH ? undefined : byName.get(normalise(text));
}

/** Whether this is an alpha-2 code as Caudal counts it. */
export function isCountryCode(value: unknown): value is CountryCode {
  return typeof value === 'string' && countryIndex().codes.has(value);
}

/** All codes, sorted: the bound of every `country` label. */
export function countryCodes(): readonly CountryCode[] {
  return [...countryIndex().codes].sort();
}

/** Longer than any country's name; what is longer is not looked at. */
const MAX_NAME_LENGTH = 80;

function countryIndex(): CountryIndex {
  index ??= buildIndex();
  return index;
}

function buildIndex(): CountryIndex {
  const byName = new Map<string, CountryCode>();
  for (const locale of [english, spanish]) {
    for (const [code, names] of Object.entries(locale.countries as Record<string, string | string[]>)) {
      for (const name of Array.isArray(names) ? names : [names]) byName.set(normalise(name), code);
    }
  }
  for (const locale of ['en', 'es']) addSpokenNames(locale, byName);
  for (const [alpha2, alpha3] of Object.entries(countries.getAlpha2Codes())) {
    byName.set(normalise(alpha2), alpha2);
    byName.set(normalise(alpha3), alpha2);
  }
  return { codes: new Set(Object.keys(countries.getAlpha2Codes())), byName };
}

/** The names people say (Syria, Corea del Sur), where the standard's lists have only the formal ones. */
function addSpokenNames(locale: string, byName: Map<string, CountryCode>): void {
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' });
  for (const code of Object.keys(countries.getAlpha2Codes())) {
    const name = names.of(code);
    if (name !== undefined && !byName.has(normalise(name))) byName.set(normalise(name), code);
  }
}

function normalise(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .trim()
    .toLowerCase();
}

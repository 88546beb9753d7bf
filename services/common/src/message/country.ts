import countries from 'i18n-iso-countries';
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' };
import spanish from 'i18n-iso-countries/langs/es.json' with { type: 'json' };

/** ISO 3166-1 alpha-2, upper case. */
export type CountryCode = string;

interface CountryIndex {
  readonly codes: ReadonlySet<CountryCode>;
  readonly byName: ReadonlyMap<string, CountryCode>;
  /** Names shared by several countries; not in `byName`. */
  readonly shared: ReadonlyMap<string, readonly CountryCode[]>;
}

let index: CountryIndex | undefined;

/**
 * The code of a country given as alpha-2 or alpha-3 code or by its English or Spanish name, whatever the case
 * and the accents; undefined for anything else, a name that several countries share included.
 */
export function countryCode(text: string): CountryCode | undefined {
  const { codes, byName } = countryIndex();
  if (codes.has(text)) return text;
  return text.length > MAX_NAME_LENGTH ? undefined : byName.get(normalise(text));
}

/** The countries a shared name may mean, each as `"CD" (Congo - Kinshasa)`; empty for any other text. */
export function countriesNamed(text: string): readonly string[] {
  if (text.length > MAX_NAME_LENGTH) return [];
  const names = new Intl.DisplayNames('en', { type: 'region' });
  const codes = countryIndex().shared.get(normalise(text)) ?? [];
  return codes.map((code) => `"${code}" (${names.of(code)})`);
}

/** Whether this is an alpha-2 code as Caudal counts it. */
export function isCountryCode(value: unknown): value is CountryCode {
  return typeof value === 'string' && countryIndex().codes.has(value);
}

/** All codes, sorted: the bound of every `country` label. */
export function countryCodes(): readonly CountryCode[] {
  return [...countryIndex().codes].sort();
}

/** Longer than any country's name; longer input is rejected. */
const MAX_NAME_LENGTH = 80;

function countryIndex(): CountryIndex {
  index ??= buildIndex();
  return index;
}

function buildIndex(): CountryIndex {
  const owners = listedNames();
  const byName = new Map<string, CountryCode>();
  const shared = new Map<string, readonly CountryCode[]>();
  for (const [name, codes] of owners) {
    const [code, ...others] = codes;
    if (others.length > 0) shared.set(name, [...codes].sort());
    else if (code !== undefined) byName.set(name, code);
  }
  for (const locale of ['en', 'es']) addSpokenNames(locale, byName, owners);
  for (const [alpha2, alpha3] of Object.entries(countries.getAlpha2Codes())) {
    byName.set(normalise(alpha2), alpha2);
    byName.set(normalise(alpha3), alpha2);
  }
  return { codes: new Set(Object.keys(countries.getAlpha2Codes())), byName, shared };
}

/** Every name of the standard's lists with the countries it is given to. */
function listedNames(): Map<string, Set<CountryCode>> {
  const owners = new Map<string, Set<CountryCode>>();
  for (const locale of [english, spanish]) {
    for (const [code, names] of Object.entries(locale.countries as Record<string, string | string[]>)) {
      for (const name of Array.isArray(names) ? names : [names]) {
        const normal = normalise(name);
        owners.set(normal, (owners.get(normal) ?? new Set()).add(code));
      }
    }
  }
  return owners;
}

/** The names people say (Syria, Corea del Sur), where the standard's lists have only the formal ones. */
function addSpokenNames(
  locale: string,
  byName: Map<string, CountryCode>,
  listed: ReadonlyMap<string, unknown>,
): void {
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' });
  for (const code of Object.keys(countries.getAlpha2Codes())) {
    const name = names.of(code);
    if (name === undefined) continue;
    const normal = normalise(name);
    if (!byName.has(normal) && !listed.has(normal)) byName.set(normal, code);
  }
}

function normalise(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .trim()
    .toLowerCase();
}

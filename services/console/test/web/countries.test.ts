import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StreamState } from '../../src/schemas.ts';
import { type CountryRow, countryRows, findRows, shadeOf, sortRows } from '../../web/src/model/countries.ts';
import { STREAM_EXAMPLE } from '../support/stream-example.ts';

const [first = '', second = ''] = Object.keys(STREAM_EXAMPLE.lanes);
type Counts = Readonly<Record<string, number>>;

/** The example with other counts; undefined: what cannot be read. */
function state(
  accepted: Counts | undefined,
  left: Counts | undefined,
  right: Counts,
  only?: string[],
): StreamState {
  const lane = (name: string, counts: Counts | undefined) => {
    const { stored, ...rest } = STREAM_EXAMPLE.lanes[name] as NonNullable<StreamState['lanes'][string]>;
    return { ...rest, ...(counts && { stored: { total: 0, byWeather: {}, byCountry: counts } }) };
  };
  const { byCountry, ...ingest } = STREAM_EXAMPLE.ingest;
  return {
    ...STREAM_EXAMPLE,
    ingest: { ...ingest, ...(accepted && { byCountry: accepted }) },
    lanes: {
      [first]: lane(first, left),
      [second]: { ...lane(second, right), ...(only && { countries: only }) },
    },
  };
}
const row = (rows: readonly CountryRow[], code: string) => rows.find((one) => one.code === code);

describe('the table of countries', () => {
  it('has a row for each country that was accepted or stored', () => {
    const rows = countryRows(state({ ES: 3 }, { ES: 3, FR: 2 }, { ES: 2, JP: 1 }));
    assert.deepEqual(rows.map(({ code }) => code).sort(), ['ES', 'FR', 'JP']);
    assert.deepEqual(row(rows, 'ES'), {
      code: 'ES',
      name: 'Spain',
      accepted: 3,
      stored: { [first]: 3, [second]: 2 },
      size: 3,
      difference: -1,
      isFault: false,
    });
    assert.deepEqual([row(rows, 'JP')?.accepted, row(rows, 'JP')?.difference], [0, -1]);
    assert.deepEqual(countryRows(undefined), []);
  });

  it('calls a difference a fault only at rest, when the light says so', () => {
    const loaded = state({ ES: 3, JP: 1 }, { ES: 3, JP: 1 }, { ES: 2, JP: 1 });
    const lit = (lightState: 'in-flight' | 'drift' | 'unknown') => {
      const { messages } = loaded.lights;
      assert.ok(messages);
      const rows = countryRows({ ...loaded, lights: { messages: { ...messages, state: lightState } } });
      return rows.filter(({ isFault }) => isFault).map(({ code }) => code);
    };
    assert.deepEqual([lit('in-flight'), lit('unknown'), lit('drift')], [[], [], ['ES']]);
  });

  it('claims no difference of a store that does not answer, and no count of zero for it', () => {
    const rows = countryRows(state(undefined, undefined, { ES: 2 }));
    assert.deepEqual(
      [row(rows, 'ES')?.accepted, row(rows, 'ES')?.stored[first], row(rows, 'ES')?.difference],
      [undefined, undefined, 0],
    );
  });

  it('expects nothing of a lane that does not take the country', () => {
    const rows = countryRows(state({ ES: 2, FR: 1 }, { ES: 2, FR: 1 }, { ES: 2 }, ['ES']));
    assert.deepEqual([row(rows, 'FR')?.stored[second], row(rows, 'FR')?.difference], [undefined, 0]);
    const wrong = countryRows(state({ FR: 2 }, { FR: 2 }, { FR: 1 }, ['ES']));
    assert.equal(row(wrong, 'FR')?.difference, -1);
  });

  it('is sorted by any column, and found by name or code', () => {
    const rows = countryRows(
      state({ ES: 3, FR: 9, JP: 5 }, { ES: 3, FR: 9, JP: 5 }, { ES: 3, FR: 2, JP: 5 }),
    );
    const codes = (by: Parameters<typeof sortRows>[1]['by'], descending: boolean) =>
      sortRows(rows, { by, descending })
        .map(({ code }) => code)
        .join(' ');
    assert.equal(codes('accepted', true), 'FR JP ES');
    assert.equal(codes('accepted', false), 'ES JP FR');
    assert.equal(codes('name', false), 'FR JP ES');
    assert.equal(codes(`lane:${second}`, true), 'JP ES FR');
    assert.equal(codes('difference', true), 'FR JP ES');
    assert.deepEqual(
      findRows(rows, ' spa ').map(({ code }) => code),
      ['ES'],
    );
    assert.deepEqual(
      findRows(rows, 'jp').map(({ code }) => code),
      ['JP'],
    );
    assert.equal(findRows(rows, '').length, 3);
  });

  it('shades the map by the logarithm, so that a small country is not lost beside a large one', () => {
    assert.equal(shadeOf(0, 10), 0);
    assert.equal(shadeOf(10_000, 10_000), 1);
    assert.ok(shadeOf(100, 10_000) > 0.5 && shadeOf(100, 10_000) < 0.7);
    assert.ok(shadeOf(1, 1_000_000) >= 0.15);
  });
});

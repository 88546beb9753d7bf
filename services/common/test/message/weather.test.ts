import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WEATHER_CLASSES, weatherClass } from '../../src/message/index.ts';

describe('weatherClass', () => {
  it('classifies English and Spanish words regardless of case and accents', () => {
    assert.deepEqual(
      ['sunny', 'Soleado', ' LLUVIOSO ', 'frío', 'Thunderstorm', 'niebla', 'partly cloudy'].map(weatherClass),
      ['sunny', 'sunny', 'rainy', 'cold', 'stormy', 'foggy', 'cloudy'],
    );
  });

  it('puts everything else into one class', () => {
    for (const text of ['', 'frogs', '__proto__', 'constructor', '🌈'])
      assert.equal(weatherClass(text), 'other');
    assert.equal(new Set(WEATHER_CLASSES).size, WEATHER_CLASSES.length);
  });
});

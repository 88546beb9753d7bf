import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countryCode, messageSchema } from '../../services/common/src/message/index.ts';
import { countries, countryCodes } from '../lib/countries.ts';
import { createBatch, createMessage } from '../lib/payloads.ts';
import { phrases, weathers } from '../lib/phrases.ts';
import { hashText, randomAt } from '../lib/random.ts';

const many = 20_000;
const sample = Array.from({ length: many }, (_, position) =>
  createMessage(randomAt(hashText('sample'), position)),
);

describe('countries', () => {
  it('are distinct codes with the names that the Unicode tables give them', () => {
    assert.equal(new Set(countryCodes).size, countryCodes.length);
    const [english, spanish] = ['en', 'es'].map(
      (language) => new Intl.DisplayNames([language], { type: 'region' }),
    );
    for (const { code, names } of countries) {
      assert.equal(names[0], english?.of(code), code);
      assert.ok(names[1] === undefined || names[1] === spanish?.of(code), code);
    }
  });

  it('pass validation by ingest, and are counted there under the code they are accounted under', () => {
    for (const { message, code } of sample.slice(0, 5000)) {
      assert.equal(messageSchema.parse(message).country, code);
    }
    for (const name of countries.flatMap(({ names, code }) => names.map((text) => ({ text, code })))) {
      assert.equal(countryCode(name.text), name.code, name.text);
    }
  });
});

describe('payloads', () => {
  it('are the same for the same seed, however the run is cut into requests', () => {
    const whole = createBatch('7', 0, 60);
    const parts = [createBatch('7', 0, 25), createBatch('7', 25, 35)];
    assert.deepEqual(
      parts.flatMap(({ messages }) => messages),
      whole.messages,
    );
    assert.notDeepEqual(createBatch('8', 0, 60).messages, whole.messages);
  });

  it('count every message under the code it belongs to', () => {
    const { messages, perCountry } = createBatch('7', 100, 500);
    assert.equal(messages.length, 500);
    assert.equal(
      [...perCountry.values()].reduce((sum, count) => sum + count, 0),
      500,
    );
  });

  it('follow the weights of the countries', () => {
    const total = countries.reduce((sum, { weight }) => sum + weight, 0);
    for (const { code, weight } of countries.filter((country) => country.weight >= 20)) {
      const expected = (many * weight) / total;
      const seen = sample.filter((entry) => entry.code === code).length;
      // Five standard deviations of the binomial distribution: the sample is fixed, so this is no matter of luck.
      assert.ok(
        Math.abs(seen - expected) < 5 * Math.sqrt(expected),
        `${code}: ${seen}, expected ${expected}`,
      );
    }
    assert.equal(new Set(sample.map(({ code }) => code)).size, countries.length);
  });

  it('give the country by name now and then, and know its code', () => {
    const named = sample.filter(({ message, code }) => message.country !== code);
    assert.ok(named.length > many * 0.03 && named.length < many * 0.05, String(named.length));
    for (const { message, code } of named) {
      const country = countries.find((candidate) => candidate.code === code);
      assert.ok(country?.names.includes(message.country), message.country);
    }
    assert.ok(named.some(({ message }) => message.country === 'Spain'));
    assert.ok(named.some(({ message }) => message.country === 'España'));
  });

  it('speak many languages, with emoji, and name the weather in English or Spanish', () => {
    const texts = sample.map(({ message }) => message.description);
    for (const script of ['Arabic', 'Devanagari', 'Han', 'Hangul', 'Hiragana', 'Latin']) {
      assert.ok(
        texts.some((text) => new RegExp(`\\p{Script=${script}}`, 'u').test(text)),
        script,
      );
    }
    const withEmoji = texts.filter((text) => /\p{Extended_Pictographic}/u.test(text)).length;
    assert.ok(withEmoji > many * 0.3 && withEmoji < many * 0.4, String(withEmoji));
    const words = new Set(weathers.flatMap(({ words: { en, es } }) => [en, es]));
    assert.deepEqual(new Set(sample.map(({ message }) => message.weather)), words);
  });

  it('leave no place-holder and stay short', () => {
    assert.ok(Object.values(phrases).every((list) => list.length > 0));
    for (const { message } of sample) {
      assert.doesNotMatch(message.description, /[{}]/);
      assert.ok(message.description.length <= 120, message.description);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countryCode, countryCodes, isCountryCode, messageSchema } from '../../src/message/index.ts';

describe('countryCode', () => {
  for (const [text, code] of [
    ['ES', 'ES'],
    ['es', 'ES'],
    ['ESP', 'ES'],
    ['Spain', 'ES'],
    [' españa ', 'ES'],
    ['ESPANA', 'ES'],
    ['México', 'MX'],
    ['Mexico', 'MX'],
    ["Côte d'Ivoire", 'CI'],
    ['Estados Unidos', 'US'],
    ['USA', 'US'],
    ['Syria', 'SY'],
    ['Siria', 'SY'],
    ['Corea del Sur', 'KR'],
    ['Arabia Saudí', 'SA'],
    ['Laos', 'LA'],
    ['Congo', undefined],
    ['Republic of the Congo', 'CG'],
    ['República Democrática del Congo', 'CD'],
    ['CG', 'CG'],
    ['日本', undefined],
    ['', undefined],
    ['Atlantis', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
    ['x'.repeat(100_000), undefined],
  ] as const) {
    it(`reads ${JSON.stringify(text.slice(0, 20))} as ${code}`, () => assert.equal(countryCode(text), code));
  }

  it('names both candidates for a name that two countries share', () => {
    const parsed = messageSchema.safeParse({ description: 'd', country: ' congo', weather: 'w' });
    assert.equal(
      parsed.error?.issues[0]?.message,
      'is ambiguous: use "CD" (Congo - Kinshasa) or "CG" (Congo - Brazzaville)',
    );
  });

  it('knows a bounded set of codes, each of which maps to itself', () => {
    const codes = countryCodes();
    assert.ok(codes.length >= 249 && codes.length <= 260, `${codes.length} codes`);
    for (const code of codes) assert.equal(countryCode(code), code);
    assert.ok(isCountryCode('ES'));
    for (const other of ['es', 'ZZ', 'toString', 7, null]) assert.ok(!isCountryCode(other));
  });
});

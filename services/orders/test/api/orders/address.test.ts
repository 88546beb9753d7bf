import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskAddress, maskAddresses, problemOfAddress } from '../../../src/api/orders/address.ts';

const ANY = /./;

describe('an address', () => {
  it('is one mailbox at a full domain', () => {
    for (const address of [
      'ana@example.com',
      "o'brien+juegos@mail.example.org",
      'a.b-c_d!#$%&*/=?^`{|}~@xn--bcher-kva.example',
      `${'a'.repeat(64)}@example.com`,
      `a@${'b'.repeat(63)}.example`,
    ])
      assert.equal(problemOfAddress(address, ANY), undefined, address);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['an empty one', '', /must be an address/],
    ['one without @', 'ana', /exactly one address/],
    ['two', 'ana@example.com,eva@example.com', /exactly one address/],
    ['two with a semicolon', 'ana@example.com;eva@example.com', /exactly one address/],
    ['two signs', 'ana@eva@example.com', /exactly one address/],
    ['a name with brackets', 'Ana<ana@example.com>', /exactly one address/],
    ['a comment', 'ana(x)@example.com', /exactly one address/],
    ['an address of a network', 'ana@[127.0.0.1]', /exactly one address/],
    ['a header after CRLF', 'ana@example.com\r\nBcc: eva@example.com', /line breaks/],
    ['a header after LF', 'ana@example.com\nBcc: eva@example.com', /line breaks/],
    ['a line break at its end', 'ana@example.com\n', /line breaks/],
    ['a CR alone', 'ana@example.com\rX', /line breaks/],
    ['a NUL', 'ana\0@example.com', /control characters/],
    ['a DEL', 'ana\x7f@example.com', /control characters/],
    ['a tab', 'ana\t@example.com', /blanks/],
    ['a blank', 'ana @example.com', /blanks/],
    ['a line separator of Unicode', 'ana@example.com\u2028Bcc: eva@example.com', /must be ASCII/],
    ['a next line of Latin-1', 'ana@example.com\u0085', /must be ASCII/],
    ['an international domain', 'ana@españa.example', /xn--/],
    ['an international local part', 'año@example.com', /must be ASCII/],
    ['a fullwidth @', 'ana＠example.com', /must be ASCII/],
    ['a quoted local part', '"ana eva"@example.com', /blanks/],
    ['a quoted local part without blanks', '"ana"@example.com', /quoted local parts/],
    ['255 characters', `${'a'.repeat(64)}@${'b.'.repeat(92)}example`, /256|255/],
    ['300 characters', `${'a'.repeat(288)}@example.com`, /has 300 characters/],
    ['65 characters before the @', `${'a'.repeat(65)}@example.com`, /65 characters before/],
    ['nothing before the @', '@example.com', /full domain/],
    ['a dot at the beginning', '.ana@example.com', /full domain/],
    ['two dots', 'a..b@example.com', /full domain/],
    ['a domain without a dot', 'ana@localhost', /full domain/],
    ['a dot at the end', 'ana@example.com.', /full domain/],
    ['a hyphen at the end of a label', 'ana@example-.com', /full domain/],
    ['a label of 64 characters', `ana@${'b'.repeat(64)}.com`, /full domain/],
    ['an option of a mail command', 'ana@example.com>SIZE=1', /exactly one address/],
  ];
  for (const [what, address, reason] of refused) {
    it(`is refused with a reason: ${what}`, () => {
      assert.match(problemOfAddress(address, ANY) ?? '', reason);
    });
  }

  it('is refused where mail may not be sent to', () => {
    const allowed = /@example\.(com|net|org)$/i;
    assert.equal(problemOfAddress('ana@EXAMPLE.com', allowed), undefined);
    for (const address of ['ana@example.com.evil.test', 'ana@person.test', 'ana@notexample.com'])
      assert.match(problemOfAddress(address, allowed) ?? '', /ALLOWED_RECIPIENTS/, address);
  });

  it('is shown masked', () => {
    assert.equal(maskAddress('ana@example.com'), 'a***@example.com');
  });

  it('is masked wherever it occurs in a text', () => {
    assert.equal(
      maskAddresses(
        "550 5.1.1 <ana.maria@example.com>: no such user 'eva@example.org'; see help@example.net.",
      ),
      "550 5.1.1 <a***@example.com>: no such user 'e***@example.org'; see h***@example.net.",
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ListQuery, MailIndex } from '../../src/mailbox/mail-index.ts';

function indexOf(mails: number, maxEntries?: number): MailIndex {
  const index = new MailIndex(maxEntries);
  for (let i = 1; i <= mails; i += 1)
    index.add({
      at: i,
      from: '',
      to: [i % 2 === 0 ? 'even@example.com' : 'Odd@example.com'],
      offset: i,
      length: 1,
    });
  return index;
}

describe('the index of mails', () => {
  for (const [title, query, numbers] of [
    ['the newest first', { limit: 3 }, [9, 8, 7]],
    ['those before a number, the newest first', { before: 5, limit: 3 }, [4, 3, 2]],
    ['those after a number, in order', { after: 6, limit: 10 }, [7, 8, 9]],
    ['a part of those after a number', { after: 0, limit: 2 }, [1, 2]],
    ['nothing after the last', { after: 9, limit: 2 }, []],
    ['nothing before the first', { before: 1, limit: 2 }, []],
    ['the newest of all, if there is nothing like the number', { before: 1_000, limit: 1 }, [9]],
    ['those of an address, whatever its case', { to: 'odd@EXAMPLE.com', limit: 3 }, [9, 7, 5]],
    ['none of an address that is a part of another', { to: 'dd@example.com', limit: 3 }, []],
  ] as const satisfies readonly (readonly [string, ListQuery, readonly number[]])[]) {
    it(`lists ${title}`, () => {
      assert.deepEqual(
        indexOf(9)
          .list(query)
          .map(({ n }) => n),
        numbers,
      );
    });
  }

  it('keeps the newest alone', () => {
    const index = indexOf(1_000, 10);
    assert.equal(index.last, 1_000);
    assert.equal(index.get(980), undefined);
    assert.equal(index.get(991)?.offset, 991);
    const [first] = index.list({ after: 0, limit: 1_000 });
    assert.ok(first !== undefined && first.n > 985, `${first?.n}`);
    assert.equal(index.list({ limit: 5 })[0]?.n, 1_000);
  });
});

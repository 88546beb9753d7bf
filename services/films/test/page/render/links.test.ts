import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { directorHref, filmHref, nextHref, queryOf, searchHref } from '../../../src/page/render/links.ts';

describe('links of the page', () => {
  it('lead to a search, or to the root where nothing is asked for', () => {
    assert.equal(searchHref('./', { q: '', year: '' }), './');
    assert.equal(searchHref('../', { q: 'a & b=c', year: '1999' }), '../?q=a+%26+b%3Dc&year=1999');
    assert.equal(searchHref('/films/', { q: '', year: '1999' }), '/films/?year=1999');
  });

  it('lead to films and directors, whatever their ids', () => {
    assert.equal(filmHref('./', 'Q1'), './film/Q1');
    assert.equal(directorHref('../', '../x?y'), '../director/..%2Fx%3Fy');
  });

  it('lead to the next page of the same list, with its place alone', () => {
    assert.equal(
      nextHref('./?q=Am%C3%A9lie', '/films?q=amelie&limit=20&at=3&cursor=abc'),
      './?q=Am%C3%A9lie&cursor=abc&at=3',
    );
    assert.equal(nextHref('./', '/films?limit=20&at=3&cursor=abc'), './?cursor=abc&at=3');
  });

  it('lead to the same page again', () => {
    assert.equal(queryOf('/film/Q1?at=3'), '?at=3');
    assert.equal(queryOf('/film/Q1'), '');
  });
});

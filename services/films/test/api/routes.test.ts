import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OTHER_ROUTE, ROUTES, routeOf } from '../../src/api/routes.ts';

describe('the route of a path', () => {
  for (const [path, route] of [
    ['/', '/'],
    ['/films', '/films'],
    ['/films/Q47703', '/films/{id}'],
    ['/films/Q47703/x', OTHER_ROUTE],
    ['/directors/d1/films', '/directors/{id}/films'],
    ['/directors/d1', OTHER_ROUTE],
    ['/film/Q47703', '/film/{id}'],
    ['/film/Q47703/films', OTHER_ROUTE],
    ['/director/d1', '/director/{id}'],
    ['/docs/swagger-ui.css', '/docs'],
    ['/constructor', OTHER_ROUTE],
    ['/{id}', OTHER_ROUTE],
    ['', OTHER_ROUTE],
  ] as const) {
    it(`is ${route} for '${path}'`, () => assert.equal(routeOf(path), route));
  }

  it('is one of few for any path', () => {
    const known = new Set([...Object.keys(ROUTES), OTHER_ROUTE]);
    fc.assert(fc.property(fc.webPath(), (path) => known.has(routeOf(path))));
  });
});

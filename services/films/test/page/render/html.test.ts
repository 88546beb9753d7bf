import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html } from '../../../src/page/render/html.ts';

describe('a template of HTML', () => {
  it('escapes every text, between tags and in attributes', () => {
    const evil = `"><script>alert('&')</script>`;
    const escaped = '&#34;&#62;&#60;script&#62;alert(&#39;&#38;&#39;)&#60;/script&#62;';
    assert.equal(String(html`<a title="${evil}">${evil}</a>`), `<a title="${escaped}">${escaped}</a>`);
  });

  it('keeps what is HTML already, and leaves nothing out but what is undefined', () => {
    const items = ['<', '>'].map((text) => html`<li>${text}</li>`);
    assert.equal(
      String(html`<ul>${items}${undefined}${[undefined, html`<li>${0}</li>`]}</ul>${''}`),
      '<ul><li>&#60;</li><li>&#62;</li><li>0</li></ul>',
    );
  });
});

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { createTerminal } from '../../src/cli/terminal.ts';

function sink(more: { isTTY?: boolean; columns?: number }) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, more), text: () => text.replaceAll(/ *\d+\.\d s {2}/g, '') };
}

describe('the terminal', () => {
  it('replaces live lines, cut to its width, and continues below them', () => {
    const { stream, text } = sink({ isTTY: true, columns: 20 });
    const terminal = createTerminal(stream);
    terminal.live('one');
    terminal.live('a line that is too long');
    terminal.say('said');
    assert.equal(text(), '\r\u001b[Kone\r\u001b[Ka line th\nsaid\n');
  });

  it('writes a live line only now and then where lines cannot be replaced', () => {
    const { stream, text } = sink({});
    const terminal = createTerminal(stream);
    for (const line of ['one', 'two', 'three']) terminal.live(line);
    terminal.say('said');
    assert.equal(text(), 'one\nsaid\n');
  });
});

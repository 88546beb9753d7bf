import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  handshakeRequest,
  readHandshakeAnswer,
} from '../../../../src/stores/ignite/thin-client/handshake.ts';
import { PayloadWriter } from '../../../../src/stores/ignite/thin-client/payload-writer.ts';
import { ACCEPTED } from './fake-server.ts';

function refusal(reason: string | null, status: number): Buffer {
  const payload = new PayloadWriter();
  payload.boolean(false);
  for (const part of [1, 2, 3]) payload.short(part);
  payload.value(reason);
  payload.int(status);
  return payload.bare().subarray(4);
}

describe('a handshake', () => {
  it('asks for protocol 1.7.0 as a thin client, with the feature of cluster states', () => {
    assert.equal(handshakeRequest(undefined).toString('hex'), '0e00000001010007000000020c0100000004');
  });

  it('ends with user and password, where there are any', () => {
    const request = handshakeRequest({ user: 'me', password: 'pw' });
    assert.equal(
      request.toString('hex'),
      '1c00000001010007000000020c0100000004' + '09020000006d65' + '09020000007077',
    );
  });

  it('is over when the server accepts it', () => {
    assert.doesNotThrow(() => readHandshakeAnswer(ACCEPTED));
  });

  it('fails with what the server says', () => {
    assert.throws(() => readHandshakeAnswer(refusal('no such user', 2_000)), {
      kind: 'server',
      status: 2_000,
      message: 'the server refuses user or password: no such user',
    });
    assert.throws(() => readHandshakeAnswer(refusal('Unsupported version.', 1)), {
      kind: 'server',
      message: 'the server refuses protocol 1.7.0 and offers 1.2.3: Unsupported version.',
    });
    assert.throws(() => readHandshakeAnswer(refusal(null, 1)), /no reason given/);
  });

  it('fails when the answer is not one', () => {
    assert.throws(() => readHandshakeAnswer(Buffer.from([0, 1])), { kind: 'protocol' });
    assert.throws(() => readHandshakeAnswer(Buffer.alloc(0)), { kind: 'protocol' });
  });
});

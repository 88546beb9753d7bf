import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { withIgniteReader } from '../../../../../src/workloads/messages/verify/rows/ignite-reader.ts';

const servers = useServers('ignite');
const CACHE = 'reader_test';

describe('the independent reader of Ignite', () => {
  it('writes, reads, scans page by page, and removes', async () => {
    const { url } = servers().addresses.ignite;
    await withIgniteReader(url, async (reader) => {
      await reader.create(CACHE);
      await reader.put(CACHE, 'k:ñ:0', 'ünïcode 🌦');
      assert.equal(await reader.get(CACHE, 'k:ñ:0'), 'ünïcode 🌦');
      assert.equal(await reader.get(CACHE, 'nothing'), null);
      // More than a page, and more than a chunk of the socket.
      const entries = Array.from({ length: 2_500 }, (_, n) => [`k:${n}`, 'x'.repeat(200)] as const);
      await reader.putAll(CACHE, entries);
      const keys = new Set<string>();
      for await (const [key, value] of reader.scan(CACHE)) {
        assert.ok(key === 'k:ñ:0' || value.length === 200);
        keys.add(key);
      }
      assert.equal(keys.size, 2_501);
      assert.equal(await reader.remove(CACHE, 'k:7'), true);
      assert.equal(await reader.remove(CACHE, 'k:7'), false);
      await reader.clear(CACHE);
      for await (const [key] of reader.scan(CACHE)) assert.fail(key);
      assert.ok((await reader.names()).includes(CACHE));
      await reader.destroy(CACHE);
      assert.ok(!(await reader.names()).includes(CACHE));
    });
  });

  it('says why it is refused', async () => {
    const url = new URL(servers().addresses.ignite.url);
    url.password = 'wrong';
    await assert.rejects(
      withIgniteReader(url.href, () => Promise.resolve()),
      /Ignite refuses: .*(password|invalid)/i,
    );
    const ours = servers().addresses.ignite.url;
    await assert.rejects(
      withIgniteReader(ours, (reader) => reader.get('no_such_cache', 'k')),
      /Ignite: .*[Cc]ache/,
    );
  });
});

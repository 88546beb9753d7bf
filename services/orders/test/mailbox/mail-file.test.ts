import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { MailFile, NotStoredError } from '../../src/mailbox/mail-file.ts';
import { encodeMailLine, type ReceivedMail } from '../../src/mailbox/mail-line.ts';

const MIB = 2 ** 20;

function mail(i: number, size = 10): ReceivedMail {
  return {
    at: i,
    from: 'shop@example.com',
    to: [`user${i}@example.com`],
    raw: Buffer.alloc(size, 65 + (i % 26)),
  };
}

describe('the file of mails', () => {
  let directory: string;
  let path: string;
  let files: MailFile[] = [];
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-mail-file-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));
  beforeEach(() => {
    path = join(directory, `${Math.random()}.jsonl`);
  });
  afterEach(async () => {
    await Promise.all(files.map((file) => file.close()));
    files = [];
  });

  const open = async (maxBytes = MIB): Promise<MailFile> => {
    const file = await MailFile.open({
      path,
      maxBytes,
      onFatal: (error) => {
        throw error;
      },
    });
    files.push(file);
    return file;
  };

  it('has each mail in a line of its own when the append is over, in order', async () => {
    const file = await open();
    const entries = await Promise.all(Array.from({ length: 200 }, (_, i) => file.append(mail(i, i * 7))));
    assert.deepEqual(
      entries.map(({ n }) => n),
      entries.map((_, i) => i + 1),
    );
    const lines = (await readFile(path, 'utf8')).split('\n');
    assert.equal(lines.pop(), '');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      Array.from({ length: 200 }, (_, i) => ({ ...mail(i), raw: mail(i, i * 7).raw.toString('base64') })),
    );
  });

  it('reads any mail back, also after it was opened again, and goes on after the last one', async () => {
    const first = await open();
    for (let i = 0; i < 3; i += 1) await first.append(mail(i, 70_000));
    await first.close();
    const second = await open();
    assert.equal(second.mails, 3);
    assert.deepEqual(await second.read(2), { n: 2, ...mail(1, 70_000) });
    assert.equal((await second.append(mail(3))).n, 4);
    assert.deepEqual(await second.read(4), { n: 4, ...mail(3) });
    assert.equal(await second.read(5), undefined);
    assert.equal(await second.read(0), undefined);
  });

  it('cuts off an incomplete last line', async () => {
    const line = encodeMailLine(mail(0));
    await writeFile(path, Buffer.concat([line, encodeMailLine(mail(1)).subarray(0, 30)]));
    const file = await open();
    assert.equal(file.mails, 1);
    assert.deepEqual(await readFile(path), line);
    await file.append(mail(2));
    assert.deepEqual(await readFile(path), Buffer.concat([line, encodeMailLine(mail(2))]));
  });

  it('refuses a file with a line that is no mail, and names it', async () => {
    await writeFile(path, encodeMailLine(mail(0)));
    await appendFile(path, '{"at":1}\n');
    await assert.rejects(open(), /line 2 of .* is not a mail/);
    assert.equal((await readFile(path, 'utf8')).split('\n').length, 3);
  });

  it('refuses what has no room, and takes what has', async () => {
    const file = await open(encodeMailLine(mail(0)).length * 2);
    const results = await Promise.allSettled(
      [mail(0), mail(1, 500), mail(2), mail(3)].map((each) => file.append(each)),
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
    );
    assert.ok(results[1]?.status === 'rejected' && results[1].reason instanceof NotStoredError);
    assert.deepEqual(await readFile(path), Buffer.concat([encodeMailLine(mail(0)), encodeMailLine(mail(2))]));
  });

  it('writes what is waiting before it closes, and takes nothing afterwards', async () => {
    const file = await open();
    const appended = [file.append(mail(0)), file.append(mail(1))];
    await file.close();
    await Promise.all(appended);
    await assert.rejects(file.append(mail(2)), NotStoredError);
    assert.equal((await readFile(path, 'utf8')).split('\n').length, 3);
  });
});

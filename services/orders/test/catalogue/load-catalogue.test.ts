import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generateGames } from '../../src/catalogue/generate.ts';
import { loadCatalogue } from '../../src/catalogue/load-catalogue.ts';
import { CatalogueError, readCsvGames } from '../../src/catalogue/read-csv.ts';
import { formatCsv } from '../../src/catalogue/write-csv.ts';

const HEADER = 'appid,name,price';

describe('loadCatalogue', () => {
  let directory: string;
  let files = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-catalogue-'));
  });
  after(() => rm(directory, { recursive: true }));

  async function fileOf(content: string | Buffer): Promise<string> {
    const file = join(directory, `${++files}.csv`);
    await writeFile(file, content);
    return file;
  }

  const load = async (content: string | Buffer, skipBad = false) => {
    const skipped: string[] = [];
    const file = await fileOf(content);
    const catalogue = await loadCatalogue({
      file,
      rows: 1,
      seed: 1,
      skipBad,
      onSkipped: (list) => skipped.push(list),
    });
    return { catalogue, skipped };
  };

  /** The message of the refusal, without the path. */
  async function refusalOf(content: string | Buffer, skipBad = false): Promise<string> {
    const error = await load(content, skipBad).then(
      () => assert.fail('not refused'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof CatalogueError, String(error));
    return error.message.slice(error.message.indexOf('.csv: ') + '.csv: '.length);
  }

  it('makes games up without a file', async () => {
    const catalogue = await loadCatalogue({ rows: 100, seed: 5 });
    assert.equal(catalogue.size, 100);
    assert.deepEqual(catalogue.byRow(100), generateGames(5, 100)[99]);
  });

  it('reads back every game that was written', async () => {
    const games = generateGames(7, 5_000);
    assert.deepEqual((await readCsvGames(await fileOf(formatCsv(games)))).games, games);
  });

  it('reads the headers of known exports, with other columns around them, in any order', async () => {
    for (const header of [
      'AppID,Name,Price',
      'appid,title,final_price',
      'id,Game Name,Price',
      'steam_appid,name,price',
    ]) {
      const { catalogue } = await load(`Release,${header},Tags\n2020,10,"A, B",9.99,x\n`);
      assert.deepEqual(catalogue.byRow(1), { id: 10, row: 1, name: 'A, B', priceCents: 999 }, header);
    }
    const { catalogue } = await load('price,name,appid\n1.50,C,3\n');
    assert.deepEqual(catalogue.byId(3), { id: 3, row: 1, name: 'C', priceCents: 150 });
  });

  it('prefers the id of the shop to a column that is called id', async () => {
    const { catalogue } = await load('id,appid,name,price\n1,440,A,0\n');
    assert.equal(catalogue.byRow(1)?.id, 440);
  });

  it('reads byte order marks, CRLF, quoted line ends and empty lines, and counts rows by games', async () => {
    const { catalogue } = await load(
      `\ufeff${HEADER}\r\n10,"Two\r\nlines, ""quoted""",1\r\n\r\n20,Second,2\r\n\r\n`,
    );
    assert.equal(catalogue.size, 2);
    assert.equal(catalogue.byRow(1)?.name, 'Two lines, "quoted"');
    assert.equal(catalogue.byRow(2)?.id, 20);
  });

  it('takes prices as decimals and never as cents', async () => {
    const prices = {
      '9.99': 999,
      '999': 99_900,
      '0': 0,
      '0.0': 0,
      '5.5': 550,
      '$1.00': 100,
      '€ 2': 200,
      ' 3.10 ': 310,
      '1.500000': 150,
      Free: 0,
      'free to play': 0,
      '0.07': 7,
      '1.15': 115,
    };
    const rows = Object.keys(prices).map((price, index) => `${index},G,${price}`);
    const { catalogue } = await load(`${HEADER}\n${rows.join('\n')}\n`);
    for (const [index, cents] of Object.values(prices).entries())
      assert.equal(catalogue.byRow(index + 1)?.priceCents, cents, rows[index]);
  });

  it('lists every bad line with its number and reason, and refuses the catalogue', async () => {
    const lines = [
      ['x1,A,1', 'id: "x1" is not a whole number up to 2147483647'],
      ['2147483648,A,1', 'id: "2147483648" is not a whole number up to 2147483647'],
      [',A,1', 'id: "" is not a whole number up to 2147483647'],
      ['-1,A,1', 'id: "-1" is not a whole number up to 2147483647'],
      ['2, ,1', 'name: empty'],
      [`2,${'n'.repeat(501)},1`, 'name: longer than 500 characters'],
      ['2,a\0b,1', 'name: "a\\u0000b" has a control character'],
      ['2,a\u001b[2J,1', 'name: "a\\u001b[2J" has a control character'],
      ['2,A,1,2', '4 columns instead of 3: a comma without quotes?'],
      ['2,A', '2 columns instead of 3: a comma without quotes?'],
      ['2,A,', 'price: "" is not a decimal number such as 9.99, or Free'],
      ['2,A,-1', 'price: "-1" is not a decimal number such as 9.99, or Free'],
      ['2,A,1.999', 'price: "1.999" is not a decimal number such as 9.99, or Free'],
      ['2,A,"1,99"', 'price: "1,99" is not a decimal number such as 9.99, or Free'],
      ['2,A,1e3', 'price: "1e3" is not a decimal number such as 9.99, or Free'],
      ['2,A,NaN', 'price: "NaN" is not a decimal number such as 9.99, or Free'],
      ['2,A,21474836.48', 'price: "21474836.48" is not a decimal number such as 9.99, or Free'],
      ['1,Again,1', 'the id 1 is also on line 2'],
    ] as const;
    const refusal = await refusalOf(`${HEADER}\n1,Good,1\n${lines.map(([line]) => line).join('\n')}\n`);
    assert.deepEqual(refusal.split('\n'), [
      '18 bad lines',
      ...lines.map(([, reason], index) => `line ${index + 3}: ${reason}`),
    ]);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const refusal = await refusalOf(
      Buffer.concat([Buffer.from(`${HEADER}\n1,caf`), Buffer.from([0xe9]), Buffer.from(',1\n')]),
    );
    assert.equal(refusal, '1 bad line\nline 2: name: "caf\ufffd" has bytes that are not UTF-8');
  });

  it('prints 20 bad lines and their total', async () => {
    const refusal = await refusalOf(`${HEADER}\n${'x,A,1\n'.repeat(1_000)}`);
    const printed = refusal.split('\n');
    assert.equal(printed.length, 22);
    assert.equal(printed[0], '1000 bad lines');
    assert.equal(printed.at(-1), 'and 980 more');
  });

  it('leaves bad lines out if it may, whose rows then have no game, and says which', async () => {
    const { catalogue, skipped } = await load(`${HEADER}\n1,A,1\nx,B,1\n3,C,1\n`, true);
    assert.equal(catalogue.size, 2);
    assert.equal(catalogue.byRow(2), undefined);
    assert.equal(catalogue.byRow(3)?.name, 'C');
    assert.equal(skipped.length, 1);
    assert.match(skipped[0] ?? '', /1 bad line\nline 3: id: "x"/);
    assert.deepEqual((await load(`${HEADER}\n1,A,1\n`, true)).skipped, []);
  });

  it('refuses a quote in a wrong place, with what was bad before it, also where it may leave lines out', async () => {
    for (const bad of ['2,"A"B,1', '2,A"B,1', '2,"A,1']) {
      const refusal = await refusalOf(`${HEADER}\nx,A,1\n${bad}\n3,C,1\n`, true);
      assert.match(
        refusal,
        /^[A-Z].*[Qq]uote.* line \d.*: the lines after it cannot be read\n1 bad line\nline 2: id/s,
      );
    }
  });

  it('refuses a header without the columns, an empty file, a file without games, and no file', async () => {
    assert.equal(
      await refusalOf('number,title\n1,A\n'),
      'the header has no column for id (appid, steamappid, gameid, id) and for price (price, finalprice, originalprice, initialprice)',
    );
    assert.equal(await refusalOf(''), 'the file is empty');
    assert.equal(await refusalOf('\ufeff'), 'the file is empty');
    assert.equal(await refusalOf(`${HEADER}\n`), 'no games');
    assert.equal(await refusalOf(`${HEADER}\nx,A,1\n`, true), 'no games');
    await assert.rejects(
      loadCatalogue({ file: join(directory, 'none.csv'), rows: 1, seed: 1 }),
      (error: Error) => error instanceof CatalogueError && /ENOENT/.test(error.message),
    );
  });

  it('does not take an endless record into memory', async () => {
    const refusal = await refusalOf(`${HEADER}\n1,"${'n'.repeat(2_000_000)}`);
    assert.match(refusal, /^Max Record Size/);
  });
});

import { ensureK6 } from '../../k6/ensure-k6.ts';

process.stdout.write(`${await ensureK6()}\n`);

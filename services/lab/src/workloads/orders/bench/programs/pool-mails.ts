import { randomUUID } from 'node:crypto';
import { renderMail } from '@caudal/orders/notifier/render-mail';
import nodemailer from 'nodemailer';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/** Reference for the notifier: nodemailer's own pool with the same mails and as many connections. Keeps no record of what was sent. */
const mails = Number(required('BENCH_MAILS'));
const connections = Number(required('BENCH_CONNECTIONS'));
const FROM = 'tienda@orders.example.com';
const transport = nodemailer.createTransport({
  pool: true,
  host: '127.0.0.1',
  port: Number(required('SMTP_PORT')),
  ignoreTLS: true,
  maxConnections: connections,
  maxMessages: Number.POSITIVE_INFINITY,
});
const meter = createMeter(mails, () => {
  transport.close();
  return Promise.resolve();
});

let next = 0;
async function sendMails(): Promise<void> {
  while (next < mails) {
    next += 1;
    const recipient = `user${next % 50}@example.com`;
    meter.began();
    const raw = await renderMail(
      {
        orderId: randomUUID(),
        state: 1,
        number: next,
        name: 'Sombras de Valparaíso',
        priceCents: 1999,
        recipient,
        language: 'es',
        happenedAt: Date.now(),
      },
      { from: FROM, publicUrl: 'http://localhost:8082' },
    );
    await transport.sendMail({ envelope: { from: FROM, to: [recipient] }, raw });
    meter.done(1);
  }
}
// Twice as many as connections, so that none waits for a mail.
await Promise.all(Array.from({ length: 2 * connections }, sendMails));
